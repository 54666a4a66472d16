/** Puts a refusal into the words and the shape of a contract, or sends the page that it brings. */

import type { AnyRefusal, Contract, RefusalDetails, RefusalName, WordedRefusal } from '../contract.ts';
import type { Reply } from '../reply.ts';

/** The refused request, as its context has it; only its id, if one answer is prepared for many requests. */
type Refused = Pick<WordedRefusal, 'requestId' | 'request'>;

export function refusalReply(contract: Contract, refusal: AnyRefusal, asked: Refused): Reply {
  const reply = refusal.reply ?? wordedReply(contract, refusal, asked);
  return { ...reply, headers: { ...reply.headers, ...headersOf(refusal) } };
}

function wordedReply(contract: Contract, refusal: AnyRefusal, { requestId, request }: Refused): Reply {
  const { refused } = refusal;
  const { status, sentence, type } = contract.words[refused];
  const detail = typeof sentence === 'string' ? sentence : sentence(refusal as RefusalDetails);
  const retryAfterSeconds = 'retryAfterSeconds' in refusal ? refusal.retryAfterSeconds : undefined;
  const reply = contract.error({ status, detail, type, requestId, refused, retryAfterSeconds, request });
  return { ...reply, status: contract.statusMode === 'ok' && status < 500 ? 200 : status };
}

/** Headers that a refusal requires. */
function headersOf(refusal: AnyRefusal): Record<string, string> {
  if ('retryAfterSeconds' in refusal) return { 'retry-after': String(refusal.retryAfterSeconds) };
  if ('allow' in refusal) return { allow: refusal.allow };
  // Unread bytes of the body must not be parsed as the next request.
  return endsConnection.has(refusal.refused) ? { connection: 'close' } : {};
}

const endsConnection: ReadonlySet<RefusalName> = new Set<RefusalName>([
  'body_too_large',
  'malformed_request',
  'unmet_expectation',
]);
