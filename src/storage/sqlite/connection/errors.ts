/** Classifies the errors of the engine (SQLite's result codes, of which the low byte is the kind). */

/** Another process has the lock: SQLITE_BUSY or SQLITE_LOCKED. */
export function isLocked(error: unknown): boolean {
  return [5, 6].includes(kindOf(error));
}

/** The file is damaged, or is no database: SQLITE_CORRUPT or SQLITE_NOTADB. */
export function isDamaged(error: unknown): boolean {
  return [11, 26].includes(kindOf(error));
}

/** The disk is full: SQLITE_FULL. */
export function isFull(error: unknown): boolean {
  return kindOf(error) === 13;
}

/** A row violates a constraint: SQLITE_CONSTRAINT. */
export function isConstraint(error: unknown): boolean {
  return kindOf(error) === 19;
}

function kindOf(error: unknown): number {
  return Number((error as { errcode?: number })?.errcode) & 0xff;
}
