/** Tells the errors of the engine apart by their codes (SQLite's result codes, of which the low byte is the kind). */

/** Another process has the lock: SQLITE_BUSY or SQLITE_LOCKED. */
export function isLocked(error: unknown): boolean {
  return [5, 6].includes(kindOf(error));
}

/** The file is damaged or no database at all: SQLITE_CORRUPT or SQLITE_NOTADB. */
export function isDamaged(error: unknown): boolean {
  return [11, 26].includes(kindOf(error));
}

/** There is no room for more: SQLITE_FULL. */
export function isFull(error: unknown): boolean {
  return kindOf(error) === 13;
}

/** A row breaks a rule of its table: SQLITE_CONSTRAINT. */
export function isConstraint(error: unknown): boolean {
  return kindOf(error) === 19;
}

function kindOf(error: unknown): number {
  return Number((error as { errcode?: number })?.errcode) & 0xff;
}
