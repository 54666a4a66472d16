/** How a call fails: Gatehouse refused it, or Gatehouse did not answer. */

import type { Detail, ProblemType, Status } from './types.ts';

/** Gatehouse refused the call. Nothing but `detail` is meant for people. */
export class GatehouseProblem extends Error {
  override readonly name = 'GatehouseProblem';
  readonly type: ProblemType;
  readonly status: Status;
  /** The reason, word for word as in the error table of the contract. */
  readonly detail: Detail;
  /** How long to wait before the next attempt; with 429 and 503. */
  readonly retryAfterSeconds: number | undefined;
  /** The id under which the log of the server has the request. */
  readonly requestId: string | undefined;

  constructor(
    { type = 'about:blank', detail }: { readonly type?: ProblemType; readonly detail: Detail },
    { status, headers }: Response,
  ) {
    super(detail);
    this.type = type;
    this.status = status as Status;
    this.detail = detail;
    this.retryAfterSeconds = retryAfter(headers);
    this.requestId = headers.get('x-request-id') ?? undefined;
  }

  /** Whether the password is right and `code` is missing: ask for one, and send the same call with it. */
  get isSecondFactorRequired(): boolean {
    return this.detail === 'Second factor required';
  }
}

/**
 * There is no answer of Gatehouse: the network failed, the browser hides the answer from a page of an origin that is not
 * allowed, or another program answered. A change may or may not have been made.
 */
export class GatehouseUnreachable extends Error {
  override readonly name = 'GatehouseUnreachable';
  /** The status that another program answered, such as 502; `undefined` without an answer. */
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(call: string, cause: unknown, response?: Response) {
    const what = response
      ? `another program answered with ${response.status}. Check baseUrl and the proxy.`
      : 'no answer. Check the network, baseUrl and, for a page of another origin, GATEHOUSE_ALLOWED_ORIGINS.';
    super(`${call}: ${what}`, { cause });
    this.status = response?.status;
    this.retryAfterSeconds = response && retryAfter(response.headers);
  }
}

/** The seconds in `Retry-After`, if it is there and no date. */
function retryAfter(headers: Headers): number | undefined {
  return Number(headers.get('retry-after')) || undefined;
}
