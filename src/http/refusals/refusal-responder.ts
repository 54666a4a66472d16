/** Answers what is refused and what breaks: reports it once, and puts it into the words of the contract. */

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

/** Told once about everything that was thrown; what it is told never reaches a client. */
export type ErrorListener = (error: unknown, about: { requestId: string; path: string }) => void;

/** Seconds after which asking again makes sense when the store could not answer. */
const retryAfterSeconds = 1;

/** What is no attempt at anything that there is; it is counted like every answer, and leaves no line. */
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

  /**
   * Answers a refusal. One that no use case was asked about is reported here, in turn: a flood of them is answered no
   * faster than it costs little.
   */
  refuse(match: RouteMatch, context: RequestContext, refusal: AnyRefusal): Awaitable<Reply> {
    const worded = () => refusalReply(match.contract, refusal, context.requestId);
    if (context.isReported || unreported.has(refusal.refused)) return worded();
    const report = () => {
      reported(this.#services, eventOf(match, refusal), context, refusal);
      return worded();
    };
    return this.#limiter.turn()?.then(report) ?? report();
  }

  /** Answers for what was thrown. A store that could not answer is not a defect, and not a dead session either (ruling G9). */
  fail({ contract, route }: RouteMatch, context: RequestContext, error: unknown): Reply {
    const failure = this.reportFailure(context, error);
    if (route?.event) this.#services.audit.count(route.event, failure);
    const refusal: AnyRefusal =
      failure === 'failed' ? { refused: 'failed' } : { refused: 'unavailable', retryAfterSeconds };
    return refusalReply(contract, refusal, context.requestId);
  }

  /** Counts and reports what was thrown. */
  reportFailure(context: RequestContext, error: unknown): Failure {
    const failure = failureOf(error);
    this.#counters.failed(context.contract, failure);
    if (failure !== 'abandoned') this.#onError(error, { requestId: context.requestId, path: context.path });
    return failure;
  }
}

/** Of an overload it is known what the route is for, and its use case would have said the same. */
function eventOf({ route }: RouteMatch, { refused }: AnyRefusal): AuditEvent {
  return (refused === 'overloaded' && route?.event) || 'refusal';
}

function failureOf(error: unknown): Failure {
  if (error instanceof StoreUnavailable) return 'unavailable';
  return error instanceof Abandoned ? 'abandoned' : 'failed';
}
