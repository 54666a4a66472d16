/** What a start on PostgreSQL says when it is refused, searched for the password; and roles to be refused. */

import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { StoreUnusable } from '../../../src/storage/port/port.ts';
import { openPostgresStore, type PostgresOptions } from '../../../src/storage/postgres/store.ts';
import { sharedPostgres } from '../postgres.ts';
import { optionsOf } from './options.ts';
import { queryAt } from './store-fixture.ts';

/** A password that is written differently wherever it is written. */
export const password = `p@ss/wörd:${'%'}41?&#"'+ 1`;

/** An address with another part or other parts. */
export function changed(
  url: string,
  {
    user,
    secret,
    query,
    ...parts
  }: Partial<Record<'hostname' | 'port' | 'pathname' | 'user' | 'secret' | 'query', string>>,
): string {
  const address = new URL(url);
  Object.assign(address, parts);
  if (user !== undefined) address.username = encodeURIComponent(user);
  if (secret !== undefined) address.password = encodeURIComponent(secret);
  return query === undefined ? address.href : `${address.href}?${query}`;
}

/** Says where a text, or what is in an error, contains a password, as it is or as addresses spell it. */
export function leaks(said: unknown, secret = password): string[] {
  const text = typeof said === 'string' ? said : inspect(said, { depth: 10, showHidden: true });
  const spellings = [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
  const spelled = new URL('postgres://x');
  spelled.password = secret;
  return [...spellings, spelled.password].filter((spelling) => text.includes(spelling));
}

/** What opening a store at an address that cannot be used says; it must be no more than three sentences in one line. */
export async function refusal(url: string, changes: Partial<PostgresOptions> = {}): Promise<string> {
  const error = await openPostgresStore(optionsOf(url, changes)).then(
    async ({ store }) => store.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreUnusable);
  expect(leaks(error)).toEqual([]);
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  expect(message).toMatch(/^\S.*[.;]$/);
  return message;
}

/** A role with the password of this file, in a database that is the superuser's; returns the address it logs in at. */
export async function openRole(
  options = 'LOGIN',
  ...grants: readonly string[]
): Promise<{ url: string; owner: string; name: string }> {
  const owner = await (await sharedPostgres()).createDatabase();
  const name = `role_${randomBytes(8).toString('hex')}`;
  await queryAt(
    owner,
    [`CREATE ROLE ${name} ${options} PASSWORD '${password.replaceAll("'", "''")}'`],
    ...grants.map((grant) => [grant.replaceAll('$role', name)] as const),
  );
  return { url: changed(owner, { user: name, secret: password }), owner, name };
}
