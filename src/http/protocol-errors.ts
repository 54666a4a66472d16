/** Answers to requests that the server could not parse: malformed, too large, too slow (ruling G7, in problem details). */

import { newUuid } from '../crypto/ids.ts';
import type { Hsts } from '../settings/settings.ts';
import type { Answer } from './exchange.ts';
import { problem } from './refusals/problem.ts';
import { securityHeaders } from './response-headers.ts';

export type ProtocolError = 'malformed' | 'headers_too_large' | 'too_slow';

const words: Record<ProtocolError, readonly [status: number, sentence: string]> = {
  malformed: [400, 'Malformed request'],
  headers_too_large: [431, 'The headers are larger than 16 KiB'],
  too_slow: [408, 'The request did not arrive in time'],
};

/** A complete answer that closes the connection. */
export function refuseRaw(fault: ProtocolError, hsts: Hsts): Answer & { readonly body: string } {
  const [status, detail] = words[fault];
  const { body, headers } = problem({ status, detail });
  const text = JSON.stringify(body);
  return {
    status,
    headers: {
      ...securityHeaders(hsts),
      ...headers,
      'content-length': String(Buffer.byteLength(text)),
      'x-request-id': newUuid(),
      connection: 'close',
    },
    body: text,
  };
}
