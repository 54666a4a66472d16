/** Turns the engine's errors into those of the port. */

import { StoreUnavailable } from '../port.ts';

/** An error of the engine becomes `StoreUnavailable`; anything else is a defect and stays what it is. */
export function unavailable(error: unknown): unknown {
  if ((error as { code?: string })?.code !== 'ERR_SQLITE_ERROR') return error;
  return new StoreUnavailable((error as Error).message, { cause: error });
}

/** Runs a synchronous read; rejects with `StoreUnavailable` where the engine fails. */
export async function reading<Result>(read: () => Result): Promise<Result> {
  try {
    return read();
  } catch (error) {
    throw unavailable(error);
  }
}
