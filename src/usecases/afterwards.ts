/** What follows something that was done, such as a notice: it may fail, and what was done stays done. */

import type { AuditEvent } from '../concepts/audit.ts';
import { StoreUnavailable } from '../storage/port/port.ts';
import type { Services } from './services.ts';

/**
 * Waits for work that follows an event, and returns what came of it. A failure is counted under the event and never
 * thrown; then there is nothing to return.
 */
export async function afterwards<Result>(
  services: Services,
  event: AuditEvent,
  work: Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    services.audit.count(event, error instanceof StoreUnavailable ? 'unavailable' : 'failed');
    return undefined;
  }
}
