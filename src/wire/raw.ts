/** Answers to what never became a request: malformed, too large, too slow (ruling G7, in problem details). */

import { newUuid } from '../crypto/ids.ts';
import { securityHeaders } from './headers.ts';
import { problem } from './problem.ts';

export type RawFault = 'malformed' | 'headers_too_large' | 'too_slow';

const words: Record<RawFault, readonly [status: number, phrase: string, sentence: string]> = {
  malformed: [400, 'Bad Request', 'Malformed request'],
  headers_too_large: [431, 'Request Header Fields Too Large', 'The headers are larger than 16 KiB'],
  too_slow: [408, 'Request Timeout', 'The request did not arrive in time'],
};

/** A complete response that ends its connection. */
export function refuseRaw(fault: RawFault, secure: boolean): Response {
  const [status, statusText, detail] = words[fault];
  const { body, headers } = problem(status, detail);
  return new Response(JSON.stringify(body), {
    status,
    statusText,
    headers: { ...securityHeaders(secure), ...headers, 'x-request-id': newUuid(), connection: 'close' },
  });
}
