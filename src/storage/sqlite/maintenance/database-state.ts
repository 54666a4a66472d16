/** The marks in a file that keep servers away: an unfinished copy, or a database that was moved. */

import type { DatabaseSync } from 'node:sqlite';
import { type DatabaseState, type Moved, StoreUnusable } from '../../port/port.ts';
import { closedBecause, untouched } from '../../shared/database-state.ts';

/** Only a file that is or was part of a move has this table. */
const table = `CREATE TABLE IF NOT EXISTS gatehouse (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    copying TEXT,
    note    TEXT,
    moved   TEXT CHECK (json_valid(moved))
  ) STRICT;
  INSERT OR IGNORE INTO gatehouse (id) VALUES (1);`;

export function stateOf(db: DatabaseSync): DatabaseState {
  const hasState = db
    .prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'gatehouse'`)
    .get();
  const row = hasState && db.prepare('SELECT copying, note, moved FROM gatehouse').get();
  if (!row) return untouched;
  const { copying = null, note = null, moved } = row as Record<string, string | null>;
  return { copying, note, moved: typeof moved === 'string' ? (JSON.parse(moved) as Moved) : null };
}

/** @throws {StoreUnusable} if no server may use the file; the message gives advice. */
export function assertOpen(db: DatabaseSync): void {
  const because = closedBecause(stateOf(db));
  if (because !== undefined) throw new StoreUnusable(because);
}

export function markMoved(db: DatabaseSync, moved: Moved): void {
  db.exec(table);
  db.prepare('UPDATE gatehouse SET moved = ?').run(JSON.stringify(moved));
}

export function markCopying(db: DatabaseSync, from: string | null, note: string): void {
  db.exec(table);
  db.prepare('UPDATE gatehouse SET copying = ?, note = ?').run(from, note);
}

export function removeState(db: DatabaseSync): void {
  db.exec('DROP TABLE IF EXISTS gatehouse');
}
