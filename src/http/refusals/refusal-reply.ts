/** Puts a refusal into the words and the shape of a contract. */

import type { AnyRefusal, Contract, RefusalDetails, RefusalName } from '../contract.ts';
import type { Reply } from '../reply.ts';

export function refusalReply(contract: Contract, refusal: AnyRefusal, requestId: string): Reply {
  const { status, sentence, type } = contract.words[refusal.refused];
  const detail = typeof sentence === 'string' ? sentence : sentence(refusal as RefusalDetails);
  const reply = contract.error({ status, detail, type, requestId });
  return {
    ...reply,
    status: contract.statusMode === 'ok' && status < 500 ? 200 : status,
    headers: { ...reply.headers, ...headersOf(refusal) },
  };
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
