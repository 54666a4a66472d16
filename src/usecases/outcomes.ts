/** Reports the outcomes of use cases, and keeps counted failures in the audit. */

import type { AuditEvent } from '../concepts/audit.ts';
import { StoreUnavailable } from '../storage/port/port.ts';
import type { Refusal } from './refusals.ts';
import type { Caller, Services } from './services.ts';

/** Refusals that the throttle counted as a failure, which the audit keeps; the others are only reported. */
const counted: ReadonlySet<string> = new Set<Refusal['refused']>([
  'unknown_account',
  'wrong_password',
  'account_disabled',
  'user_record_missing',
  'second_factor_required',
  'enrolment_required',
  'invalid_code',
  'codes_locked',
  'invalid_passkey',
  'invalid_counter',
  'identifier_taken',
  'not_invited',
  'invalid_token',
]);

interface About {
  readonly refused?: string;
  readonly user?: { readonly id: string };
  readonly session?: { readonly handle: string };
}

/** Reports the outcome of an event, and returns it. */
export function reported<Outcome extends object>(
  services: Pick<Services, 'audit'>,
  event: AuditEvent,
  caller: Caller,
  outcome: Outcome,
): Outcome {
  const { contract, network, requestId } = caller;
  const { refused, user, session }: About = outcome;
  const said = { event, outcome: refused ?? 'ok', contract, network, requestId };
  services.audit.report({ ...said, userId: user?.id, handle: session?.handle });
  caller.isReported = true;
  return outcome;
}

/**
 * Reports the outcome of an event, and keeps an audit entry of a counted failure. A success has its entry from the
 * transaction that made it.
 */
export async function audited<Outcome extends object>(
  services: Pick<Services, 'audit'>,
  event: AuditEvent,
  caller: Caller,
  outcome: Outcome,
): Promise<Outcome> {
  const { refused, user }: About = reported(services, event, caller, outcome);
  if (refused && counted.has(refused)) await services.audit.keep(caller, event, user?.id, refused);
  return outcome;
}

/**
 * Waits for work that follows an event, such as a notice, and returns its result. The event stands in any case: a failure
 * is counted under the event and never thrown, and returns `undefined`.
 */
export async function afterwards<Result>(
  { audit }: Pick<Services, 'audit'>,
  event: AuditEvent,
  work: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    audit.count(event, error instanceof StoreUnavailable ? 'unavailable' : 'failed');
    return undefined;
  }
}
