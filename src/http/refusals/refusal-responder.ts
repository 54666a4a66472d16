/** Answers refusals and errors: reports each once, and puts it into the words of the contract. */

import type { AuditEvent } from '../../concepts/audit.ts';
import { Abandoned } from '../../crypto/hashing-queue.ts';
import type { Awaitable } from '../../storage/port/awaitable.ts';
import { StoreUnavailable } from '../../storage/port/port.ts';
import { reported } from '../../usecases/outcomes.ts';
import type { Services } from '../../usecases/services.ts';
import type { AnyRefusal, RefusalName } from '../contract.ts';
import type { Reply } from '../reply.ts';
import type { RequestContext } from '../request-context.ts';
import type { Failure, ResponseCounters } from '../response-counters.ts';
import type { RouteMatch } from '../router.ts';
import { RefusalLimiter } from './refusal-limiter.ts';
import { refusalReply } from './refusal-reply.ts';

/** Called once for each error that is thrown; the error itself never reaches a client. */
export type ErrorListener = (error: unknown, about: { requestId: string; path: string }) => void;

/** The `Retry-After` of an answer after the store failed. */
const retryAfterSeconds = 1;

/** Refusals that match no route: they are counted like every answer, but not reported. */
const unreported: ReadonlySet<RefusalName> = new Set<RefusalName>(['unknown_route', 'method_not_allowed']);

export class RefusalResponder {
  readonly #services: Services;
  readonly #counters: ResponseCounters;
  readonly #onError: ErrorListener;
  readonly #limiter = new RefusalLimiter();

  constructor(services: Services, counters: ResponseCounters, onError: ErrorListener) {
    this.#services = services;
    this.#counters = counters;
    this.#onError = onError;
  }

  /** Answers a refusal. A refusal before the use case is reported here, at the rate of the limiter. */
  refuse(match: RouteMatch, context: RequestContext, refusal: AnyRefusal): Awaitable<Reply> {
    const loading = match.contract.load?.();
    if (loading)
      return loading.then(
        () => this.refuse(match, context, refusal),
        (error) => this.fail(match, context, error),
      );
    const worded = () => refusalReply(match.contract, refusal, context);
    if (context.isReported || unreported.has(refusal.refused)) return worded();
    const report = () => {
      reported(this.#services, eventOf(match, refusal), context, refusal);
      return worded();
    };
    return this.#limiter.turn()?.then(report) ?? report();
  }

  /** Answers an error. If the store fails, the answer is 503: this is neither a defect nor a dead session (ruling G9). */
  fail({ contract, route }: RouteMatch, context: RequestContext, error: unknown): Reply {
    const failure = this.reportFailure(context, error);
    if (route?.event) this.#services.audit.count(route.event, failure);
    const refusal: AnyRefusal =
      failure === 'failed' ? { refused: 'failed' } : { refused: 'unavailable', retryAfterSeconds };
    return refusalReply(contract, refusal, context);
  }

  /** Counts and reports an error. */
  reportFailure(context: RequestContext, error: unknown): Failure {
    const failure = failureOf(error);
    this.#counters.failed(context.contract, failure);
    if (failure !== 'abandoned') this.#onError(error, { requestId: context.requestId, path: context.path });
    return failure;
  }
}

/** An overload is reported as the event of the route, as its use case would; other refusals as `refusal`. */
function eventOf({ route }: RouteMatch, { refused }: AnyRefusal): AuditEvent {
  return (refused === 'overloaded' && route?.event) || 'refusal';
}

function failureOf(error: unknown): Failure {
  if (error instanceof StoreUnavailable) return 'unavailable';
  return error instanceof Abandoned ? 'abandoned' : 'failed';
}
