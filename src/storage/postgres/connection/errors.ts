/** Classifies the errors of the server by their codes (PostgreSQL, appendix A). */

import { StoreUnavailable } from '../../port/port.ts';

/** The message for a server that accepts no writes. */
export const readOnly = 'The database answers read-only: it is a standby, or was demoted.';

export const lost = 'The connection to the database was lost.';

interface ServerError {
  readonly code?: string;
  readonly severity?: string;
  readonly message: string;
}

/** A serialization failure or a deadlock: the same step may succeed if it is retried. */
export function isCollision(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** A row was not written because another one has its key. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** The server has reached its limit of connections (`too_many_connections`). */
export function isCrowded(error: unknown): boolean {
  return codeOf(error) === '53300';
}

/**
 * Whether a connection may be used again after an error: if the server refused a statement and continues, or if the error
 * is not the database's. A statement that was cancelled, or not answered, may still be answered later.
 */
export function isHarmless(error: unknown): boolean {
  if (!(error instanceof StoreUnavailable)) return true;
  const { severity } = (error.cause ?? {}) as Partial<ServerError>;
  // Except: cancelled, shut down, read-only, out of resources, or a defect of the server.
  return severity === 'ERROR' && !/^(?:57|25006|53|58|XX)/.test(codeOf(error));
}

/** An error of the driver or the server becomes `StoreUnavailable`, with the error as its cause. */
export function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const { message, code } = error as ServerError;
  if (code === '25006') return new StoreUnavailable(readOnly, { cause: error });
  return new StoreUnavailable(message || code || lost, {
    cause: error,
  });
}

/** The code of an error of the server or the system; empty if it has none. */
export function codeOf(error: unknown): string {
  const origin = error instanceof StoreUnavailable ? error.cause : error;
  return (origin as ServerError | undefined)?.code ?? '';
}

/** `unavailable`, thrown; for `catch`. */
export function thrown(error: unknown): never {
  throw unavailable(error);
}
