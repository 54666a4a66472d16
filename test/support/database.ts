/** The database of a running server, read and damaged by another client, on either engine. */

import type { Behind, PutBack, Row, Trap, Value } from './database/behind.ts';
import { postgresAt } from './database/postgres.ts';
import { sqliteAt } from './database/sqlite.ts';

/** Whatever runs over a database, by the address it was given: a server, a process, services. */
export interface Server {
  readonly database: string;
}

function behind({ database }: Server): Behind {
  return database.startsWith('file:') ? sqliteAt(database.slice('file:'.length)) : postgresAt(database);
}

/**
 * Runs a statement that both engines understand, with `?` for each value, over a connection of its own and with
 * foreign keys off, and returns its rows. Bytes come as hexadecimal digits.
 */
export function query(server: Server, sql: string, ...values: Value[]): Promise<Row[]> {
  return behind(server).query(sql, values);
}

/** All rows of a table; those of the audit once everything that was acknowledged is there. */
export async function rowsOf(server: Server, table: string): Promise<Row[]> {
  if (table === 'audit') await behind(server).settled();
  return query(server, `SELECT * FROM ${table}`);
}

/** How many rows a table has. */
export async function countRows(server: Server, table: string): Promise<number> {
  const [counted] = await query(server, `SELECT count(*) AS rows FROM ${table}`);
  return Number(counted?.['rows']);
}

/** How many rows each of some tables has. */
export function rowCounts(server: Server, ...tables: string[]): Promise<number[]> {
  return Promise.all(tables.map((table) => countRows(server, table)));
}

/** Takes a table away from under the server; the returned function puts it back, as it was. */
export async function takeAway(server: Server, table: string): Promise<PutBack> {
  await query(server, `ALTER TABLE ${table} RENAME TO ${table}_gone`);
  return async () => void (await query(server, `ALTER TABLE ${table}_gone RENAME TO ${table}`));
}

/** Moves the whole database from under the server; the returned function puts it back. */
export function moveAway(server: Server): Promise<PutBack> {
  return behind(server).moveAway();
}

/** Lets the database be one for newer programs; the returned function makes it what it was. */
export function pretendNewer(server: Server): Promise<PutBack> {
  return behind(server).pretendNewer();
}

/** Blocks all writes, as another program may; the returned function ends that. */
export function lockWrites(server: Server): Promise<PutBack> {
  return behind(server).lock();
}

/** Has something happen as rows are written, or the write fail; the returned function ends that. */
export function setTrap(server: Server, name: string, trap: Trap): Promise<PutBack> {
  return behind(server).setTrap(name, trap);
}

/** Bytes, by their hexadecimal digits, as part of a statement. */
export function bytes(server: Server, hex: string): string {
  return behind(server).bytes(hex);
}

/**
 * Everything the database has on disk. Of SQLite: the file and its write-ahead log. Of PostgreSQL, after a checkpoint:
 * the files of all tables and their indexes, with the rows that are deleted already; not its write-ahead log, which all
 * databases of the server share, and nothing in plain that was large enough to be compressed (from 2,000 bytes a row).
 */
export function bytesOnDisk(server: Server): Promise<Buffer> {
  return behind(server).bytesOnDisk();
}
