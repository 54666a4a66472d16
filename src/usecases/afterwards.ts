/** What follows something that was done, such as a notice: it may fail, and what was done stays done. */

import type { AuditEvent } from '../concepts/audit.ts';
import { StoreUnavailable } from '../storage/port.ts';
import type { Gate } from './gate.ts';

/** Waits for work that follows an event. A failure is counted under the event, and never thrown. */
export async function afterwards(gate: Gate, event: AuditEvent, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    gate.audit.count(event, error instanceof StoreUnavailable ? 'unavailable' : 'failed');
  }
}
