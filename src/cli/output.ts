/** Writes answers: tables and facts for people, JSON in one object a line for programs. */

import type { AuditEntry, Session, User } from '../storage/port/port.ts';

/** Whether an answer is for programs. It never depends on where the output goes. */
export interface Format {
  readonly json?: true;
}

/** Writes a line, and waits for a slower reader. */
export async function line(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** For people only, on standard error: what is not part of the answer. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One answer. */
export function answer({ json }: Format, value: object, people: string): Promise<void> {
  return line(json ? JSON.stringify(value) : people);
}

/** Answers of one kind, however many: JSON or the rows of a table, written as they come. */
export async function list<Item>(
  { json }: Format,
  items: AsyncIterable<Item> | Iterable<Item>,
  value: (item: Item) => object,
  heads: readonly string[],
  cells: (item: Item) => readonly string[],
): Promise<void> {
  const table = new Table(heads);
  for await (const item of items) {
    if (json) await line(JSON.stringify(value(item)));
    else await table.add(cells(item));
  }
  if (!json) await table.end('None.');
}

/** Rows that a table gathers before it writes them: the width of its columns is theirs. */
const rowsTogether = 500;

/**
 * Writes a table a few hundred rows at a time, so that it takes little memory however long it is. A column is as wide as
 * its widest cell so far, and never gets narrower.
 */
export class Table {
  readonly #widths: number[];
  #rows: (readonly string[])[] = [];
  #isBegun = false;

  constructor(heads: readonly string[]) {
    this.#widths = heads.map(() => 0);
    this.#gather(heads);
  }

  async add(cells: readonly string[]): Promise<void> {
    this.#isBegun = true;
    this.#gather(cells.map(harmless));
    if (this.#rows.length > rowsTogether) await this.flush();
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const text = this.#rows.map((row) => this.#written(row)).join('\n');
    this.#rows = [];
    await line(text);
  }

  /** Writes the rest; of a table without rows only what stands for it. */
  async end(nothing: string): Promise<void> {
    await (this.#isBegun ? this.flush() : line(nothing));
  }

  #gather(row: readonly string[]): void {
    for (const [column, cell] of row.entries())
      this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
    this.#rows.push(row);
  }

  #written(row: readonly string[]): string {
    return row
      .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  }
}

/** Names and what they stand for, one a line. */
export function facts(pairs: readonly (readonly [name: string, fact: string])[]): string {
  const width = pairs.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return pairs.map(([name, fact]) => `${name.padEnd(width)}  ${harmless(fact)}`).join('\n');
}

/** An instant for people, such as `2026-11-22 08:15:00Z`. */
export function when(at: number | null): string {
  return at === null ? '-' : utc(at).replace('T', ' ').replace(/\.\d+/, '');
}

/** An instant for programs (RFC 3339, in UTC). */
export function utc(at: number): string {
  return new Date(at).toISOString();
}

const utcOrNull = (at: number | null) => (at === null ? null : utc(at));

export function userValue({ id, identifier, createdAt, email, emailVerifiedAt, disabledAt }: User) {
  return {
    id,
    identifier,
    created_at: utc(createdAt),
    email,
    email_verified_at: utcOrNull(emailVerifiedAt),
    disabled_at: utcOrNull(disabledAt),
  };
}

export function sessionValue(session: Session) {
  return {
    handle: session.handle,
    user_id: session.userId,
    contract: session.contract,
    created_at: utc(session.createdAt),
    last_seen_at: utc(session.lastSeenAt),
    idle_expires_at: utc(session.idleExpiresAt),
    expires_at: utc(session.expiresAt),
    network: session.network,
    device: session.device,
  };
}

/** With the hash, so that a reader of the export can follow the chain. */
export function entryValue(entry: AuditEntry) {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId, hash } = entry;
  const about = { user_id: userId, handle, contract, network, request_id: requestId };
  return { seq, at: utc(at), event, outcome, ...about, hash };
}

/** What a client said of itself must not move the cursor of a terminal. */
function harmless(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
