/** Prints results: tables for people, JSON with one object per line for programs. */

import { once } from 'node:events';
import type { AuditEntry, Session, User } from '../storage/port/port.ts';

/** Whether a result is for programs, independent of where the output goes. */
export interface Format {
  readonly json?: true;
}

/** Prints a line, and waits for a slow reader, at most until the signal. */
export async function printLine(text: string, signal?: AbortSignal): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await once(process.stdout, 'drain', signal && { signal });
}

/** Prints a note for people on standard error: it is not part of the result. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Prints one result. */
export function printResult({ json }: Format, value: object, people: string): Promise<void> {
  return printLine(json ? JSON.stringify(value) : people);
}

/** Prints any number of results of one kind as they arrive: JSON, or the rows of a table. */
export async function printList<Item>(
  { json }: Format,
  items: AsyncIterable<Item> | Iterable<Item>,
  value: (item: Item) => object,
  heads: readonly string[],
  cells: (item: Item) => readonly string[],
): Promise<void> {
  const table = new Table(heads);
  for await (const item of items) {
    if (json) await printLine(JSON.stringify(value(item)));
    else await table.add(cells(item));
  }
  if (!json) await table.end('None.');
}

/** Rows that are buffered to find the width of the columns. */
const maxBufferedRows = 500;

/**
 * Prints a table in blocks of rows, so that a long table takes little memory. A column is as wide as its widest cell so
 * far.
 */
export class Table {
  readonly #widths: number[];
  #rows: (readonly string[])[] = [];
  #hasRows = false;

  constructor(heads: readonly string[]) {
    this.#widths = heads.map(() => 0);
    this.#buffer(heads);
  }

  async add(cells: readonly string[]): Promise<void> {
    this.#hasRows = true;
    this.#buffer(cells.map(printable));
    if (this.#rows.length > maxBufferedRows) await this.flush();
  }

  /** Prints the buffered rows. */
  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const text = this.#rows.map((row) => this.#rowText(row)).join('\n');
    this.#rows = [];
    await printLine(text);
  }

  /** Prints the rest, or `nothing` if the table has no rows. */
  async end(nothing: string): Promise<void> {
    await (this.#hasRows ? this.flush() : printLine(nothing));
  }

  #buffer(row: readonly string[]): void {
    for (const [column, cell] of row.entries())
      this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
    this.#rows.push(row);
  }

  #rowText(row: readonly string[]): string {
    return row
      .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  }
}

/** Names and values, one pair per line. */
export function keyValueLines(pairs: readonly (readonly [name: string, fact: string])[]): string {
  const width = pairs.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return pairs.map(([name, fact]) => `${name.padEnd(width)}  ${printable(fact)}`).join('\n');
}

/** An instant for people, such as `2026-11-22 08:15:00Z`. */
export function displayTime(at: number | null): string {
  return at === null ? '-' : utc(at).replace('T', ' ').replace(/\.\d+/, '');
}

/** An instant for programs (RFC 3339, in UTC). */
export function utc(at: number): string {
  return new Date(at).toISOString();
}

const utcOrNull = (at: number | null) => (at === null ? null : utc(at));

export function userJson({ id, identifier, createdAt, email, emailVerifiedAt, disabledAt }: User) {
  return {
    id,
    identifier,
    created_at: utc(createdAt),
    email,
    email_verified_at: utcOrNull(emailVerifiedAt),
    disabled_at: utcOrNull(disabledAt),
  };
}

export function sessionJson(session: Session) {
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

/** Includes the hash, so that a reader of the export can verify the chain. */
export function entryJson(entry: AuditEntry) {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId, hash } = entry;
  const about = { user_id: userId, handle, contract, network, request_id: requestId };
  return { seq, at: utc(at), event, outcome, ...about, hash };
}

/** Replaces control characters, so that a text of a client cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
