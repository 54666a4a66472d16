/** Writes answers: tables and facts for people, JSON in one object a line for programs. */

import type { AuditEntry, Session, User } from '../storage/port.ts';

/** Whether an answer is for programs. It never depends on where the output goes. */
export interface Format {
  readonly json?: true;
}

/** Writes a line, and waits where whoever reads is slower. */
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

/** Answers of one kind, however many: JSON as they come, a table once all are there. */
export async function list<Item>(
  { json }: Format,
  items: AsyncIterable<Item> | Iterable<Item>,
  value: (item: Item) => object,
  heads: readonly string[],
  cells: (item: Item) => readonly string[],
): Promise<void> {
  const rows: (readonly string[])[] = [];
  for await (const item of items) {
    if (json) await line(JSON.stringify(value(item)));
    else rows.push(cells(item));
  }
  if (!json) await line(rows.length === 0 ? 'None.' : table(heads, rows));
}

/** Columns as wide as their widest cell. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows.map((row) => row.map(harmless))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const write = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(write).join('\n');
}

/** Names and what they stand for, one a line. */
export function facts(pairs: readonly (readonly [name: string, fact: string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
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

/** With the hash, so that whoever has the export can follow the chain. */
export function entryValue(entry: AuditEntry) {
  const { seq, at, event, outcome, userId, handle, contract, network, requestId, hash } = entry;
  const about = { user_id: userId, handle, contract, network, request_id: requestId };
  return { seq, at: utc(at), event, outcome, ...about, hash };
}

/** What a client said of itself must not move the cursor of a terminal. */
function harmless(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
