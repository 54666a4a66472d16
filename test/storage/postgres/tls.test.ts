/** Connections to PostgreSQL are encrypted if the address says so, and then also verified, unless it says not to. */

import { randomBytes } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isPrivate } from '../../../src/storage/postgres/connection/url.ts';
import { openPostgresStore } from '../../../src/storage/postgres/store.ts';
import { handOver } from '../../support/postgres/account.ts';
import { optionsOf } from '../../support/postgres/options.ts';
import { changed, refusal } from '../../support/postgres/refused.ts';
import type { PostgresServer } from '../../support/postgres/server.ts';
import { queryAt } from '../../support/postgres/store-fixture.ts';
import { sharedPostgres, startPostgres } from '../../support/postgres.ts';
import { failToStart } from '../../support/process.ts';

const certificates = join(import.meta.dirname, '../../support/certificates');
const trusting = (name: string) => `sslrootcert=${encodeURIComponent(join(certificates, name))}`;
const modes = ['prefer', 'allow', 'require', 'verify-ca', 'verify-full'] as const;

const cleaning: (() => Promise<void>)[] = [];
let insisting: PostgresServer;
let elsewhere: PostgresServer;

beforeAll(async () => {
  const atEnd = (clean: () => Promise<void>) => void cleaning.push(clean);
  [insisting, elsewhere] = await Promise.all([
    startPostgres({ tls: { required: true }, atEnd }),
    startPostgres({ tls: { certificate: 'elsewhere' }, atEnd }),
  ]);
});

afterAll(async () => {
  for (const clean of cleaning) await clean();
});

/** A new database of a server that may insist on TLS. */
async function databaseOf(server: PostgresServer): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await queryAt(changed(server.url(), { query: 'sslmode=no-verify' }), [`CREATE DATABASE ${name}`]);
  return server.url(name);
}

/** Opens a store, and returns whether the server sees an encrypted connection of it. */
async function isEncrypted(url: string): Promise<boolean> {
  const { store } = await openPostgresStore(optionsOf(url));
  const [row] = await queryAt(
    url.replace(/sslmode=(?:allow|prefer|require|verify-ca)/, 'sslmode=verify-full'),
    [
      `SELECT bool_and(ssl) AS all FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
     WHERE application_name = 'gatehouse' AND datname = current_database()`,
    ],
  );
  await store.close();
  return Boolean(row?.['all']);
}

test('N8: a server that requires TLS and one that refuses the role get different sentences', async () => {
  const url = insisting.url();
  for (const query of ['', 'sslmode=disable'])
    expect(await refusal(changed(url, { query }))).toBe(
      'PostgreSQL at 127.0.0.1 lets no client in without TLS. Add sslmode=verify-full to DATABASE_URL.',
    );
});

test('N8: a server without TLS is not spoken to in plain text where TLS was asked for', async () => {
  const url = await (await sharedPostgres()).createDatabase();
  for (const mode of [...modes, 'no-verify'])
    expect(await refusal(changed(url, { query: `sslmode=${mode}` })), mode).toBe(
      'PostgreSQL at 127.0.0.1 offers no TLS. Turn it on there, or take sslmode out of DATABASE_URL.',
    );
});

test.each(modes)('N8: sslmode=%s checks who signed the certificate, and for which name', async (mode) => {
  const refused = async (server: PostgresServer, query: string, parts: { hostname?: string } = {}) =>
    refusal(changed(server.url(), { ...parts, query: `sslmode=${mode}${query}` }));
  const untrusted =
    /^No authority that this machine trusts has signed the certificate of 127\.0\.0\.1\. Add sslrootcert=/;
  expect(await refused(insisting, '')).toMatch(untrusted);
  expect(await refused(insisting, `&${trusting('stranger.pem')}`)).toMatch(untrusted);
  expect(await refused(elsewhere, `&${trusting('authority.pem')}`)).toBe(
    'The certificate is not for 127.0.0.1. Use the name it was made for in DATABASE_URL.',
  );
  // An option of another library that would loosen the check is not obeyed.
  expect(await refused(elsewhere, `&${trusting('authority.pem')}&uselibpqcompat=true`)).toContain(
    'is not for',
  );
  expect(await refused(insisting, '&uselibpqcompat=true')).toMatch(untrusted);
  const query = `sslmode=${mode}&${trusting('authority.pem')}`;
  expect(await isEncrypted(changed(await databaseOf(insisting), { query }))).toBe(true);
  expect(await isEncrypted(changed(await databaseOf(insisting), { hostname: 'localhost', query }))).toBe(
    true,
  );
});

test('no-verify encrypts and checks nothing, as it says', async () => {
  for (const server of [insisting, elsewhere])
    expect(await isEncrypted(changed(await databaseOf(server), { query: 'sslmode=no-verify' }))).toBe(true);
});

test('N8: files of certificates that cannot be read, or hold none', async () => {
  const url = insisting.url();
  for (const query of ['sslrootcert=/nowhere/ca.pem', `sslmode=verify-full&${trusting('')}`])
    expect(await refusal(changed(url, { query })), query).toBe(
      'A file that DATABASE_URL names in sslrootcert, sslcert or sslkey cannot be read. Correct its path, or let Gatehouse read it.',
    );
  expect(await refusal(changed(url, { query: `sslmode=verify-full&${trusting('server.key')}` }))).toContain(
    'DATABASE_URL',
  );
});

test('a role may prove itself with a certificate instead of a password', async () => {
  const url = await databaseOf(insisting);
  const admin = changed(url, { query: 'sslmode=no-verify' });
  await queryAt(admin, ['CREATE ROLE certified LOGIN'], ['GRANT ALL ON SCHEMA public TO certified']);
  // The proxies that the server trusts.
  const trusted = join(insisting.data, 'clients.pem');
  copyFileSync(join(certificates, 'clients.pem'), trusted);
  handOver(trusted);
  const rules = join(insisting.data, 'pg_hba.conf');
  writeFileSync(rules, `hostssl all certified all cert\n${readFileSync(rules, 'utf8')}`);
  await queryAt(admin, ["ALTER SYSTEM SET ssl_ca_file = 'clients.pem'"], ['SELECT pg_reload_conf()']);

  const shown = (name: string) =>
    ['cert', 'key'].map((part) => {
      const file = join(certificates, `${name}.${part === 'cert' ? 'pem' : 'key'}`);
      return `ssl${part}=${encodeURIComponent(file)}`;
    });
  const as = (...more: string[]) =>
    changed(url, {
      user: 'certified',
      secret: '',
      query: ['sslmode=verify-full', trusting('authority.pem'), ...more].join('&'),
    });
  await expect.poll(() => isEncrypted(as(...shown('client'))).catch(String)).toBe(true);
  expect(await refusal(as())).toContain('does not let certified in');
  expect(await refusal(as(...shown('elsewhere')))).toBe(
    'PostgreSQL at 127.0.0.1 does not accept the certificate that DATABASE_URL names in sslcert. ' +
      'Take one that an authority in its ssl_ca_file has signed.',
  );
});

test('N8: the program says so too, and exits with 1', async () => {
  const { code, stderr } = await failToStart({
    DATABASE_URL: changed(insisting.url(), { query: 'sslmode=verify-full' }),
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Gatehouse cannot start\.\nNo authority that this machine trusts has signed .*\n$/);
});

test('there is a warning about an address that leads to another machine without checked TLS, and only then', () => {
  const warned = (url: string) => !isPrivate(url);
  for (const url of [
    'postgres://db.example.com/x',
    'postgres://db.example.com/x?sslmode=disable',
    'postgres://db.example.com/x?sslmode=no-verify',
    'postgres://10.0.0.1/x',
    'postgres://localhost/x?host=db.example.com',
    'postgres://localhost.example.com/x',
    'postgres://127.0.0.1.example.com/x',
  ])
    expect(warned(url), url).toBe(true);
  for (const url of [
    'postgres://db.example.com/x?sslmode=verify-full',
    'postgres://db.example.com/x?sslmode=require',
    'postgres://localhost/x',
    'postgres://127.0.0.1:5433/x',
    'postgres://[::1]/x',
    'postgres:///x?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/x',
  ])
    expect(warned(url), url).toBe(false);
});
