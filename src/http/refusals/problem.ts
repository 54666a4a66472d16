/** Problem details (RFC 9457): the error body of `rest` and of everything outside the three contracts. */

import type { WordedRefusal } from '../contract.ts';
import type { Reply } from '../reply.ts';

/** The registered phrases of the status codes in use (RFC 9110, section 15; RFC 6585, section 4). */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A problem whose title is the phrase of the status. */
export function problem({
  status,
  detail,
  type = 'about:blank',
}: Pick<WordedRefusal, 'status' | 'detail' | 'type'>): Reply {
  return {
    status,
    body: { type, title: titles[status] ?? 'Error', status, detail },
    headers: { 'content-type': 'application/problem+json' },
  };
}
