/** Audit: what happened leaves entries, made only of words this program chose and ids it minted. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Audit, type AuditEvent, type Reported } from '../../src/concepts/audit.ts';
import type { AuditEntry } from '../../src/storage/port/port.ts';
import { login } from '../../src/usecases/login.ts';
import { logout } from '../../src/usecases/logout.ts';
import { audited, reported } from '../../src/usecases/outcomes.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { caller, granted, openServices, type TestServices } from '../support/services.ts';
import { openStore } from '../support/sqlite.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' };
const day = 86_400_000;
const hashes = { hash: expect.stringMatching(/^[0-9a-f]{64}$/) };

/** What is kept, oldest first. */
async function kept({ store: { audit } }: TestServices): Promise<AuditEntry[]> {
  return (await audit.read({ limit: 1_000_000 })).reverse();
}

const intact = (services: TestServices) => services.store.audit.verify(() => {});

test('principle: registration, login, logout and refusal leave one entry each', async () => {
  const services = await openServices();
  const begun = granted(await registerAndLogin(services, { ...joe, kind: 'email' }, 'uuid', caller()));
  await login(services, { ...joe, password: 'wrongwrong', idFormat: 'uuid' }, caller());
  await logout(services, [begun.id], caller({ contract: 'dotjson', requestId: 'second' }));
  await logout(services, [begun.id], caller());
  const about = { contract: 'rest', network: '192.0.2.1', requestId: 'request' };
  const userId = begun.user.id;
  const { handle } = begun.session;
  const entries = [
    { ...about, event: 'register', outcome: 'ok', userId, handle: undefined },
    { ...about, event: 'login', outcome: 'ok', userId, handle },
    { ...about, event: 'login', outcome: 'wrong_password', userId, handle: undefined },
    { ...about, contract: 'dotjson', requestId: 'second', event: 'logout', outcome: 'ok', userId, handle },
    { ...about, event: 'logout', outcome: 'no_session', userId: undefined, handle: undefined },
  ];
  expect(services.entries).toEqual(entries);
  // An end of nothing costs no write: it is in the log only.
  const written = entries.slice(0, -1).map((entry, n) => ({
    ...entry,
    ...hashes,
    seq: n + 1,
    at: caller().now,
    handle: entry.handle ?? null,
  }));
  expect(await kept(services)).toEqual(written);
  expect(await intact(services)).toEqual({ intact: true, entries: 4 });
});

test('P12: counted failures are kept, and no other refusal', async () => {
  const services = await openServices();
  const refusals: readonly [refused: string, isKept: boolean][] = [
    ['unknown_account', true],
    ['wrong_password', true],
    ['account_disabled', true],
    ['user_record_missing', true],
    ['identifier_taken', true],
    ['invalid_token', true],
    ['too_many_attempts', false],
    ['overloaded', false],
    ['invalid_identifier', false],
    ['password_too_short', false],
    ['no_session', false],
    ['not_proven', false],
    ['unknown_session', false],
  ];
  for (const [refused] of refusals)
    await audited(services, 'login', caller(), { refused, user: { id: 'u' } });
  expect(services.entries.map(({ outcome }) => outcome)).toEqual(refusals.map(([refused]) => refused));
  expect((await kept(services)).map(({ outcome }) => outcome)).toEqual(
    refusals.filter(([, isKept]) => isKept).map(([refused]) => refused),
  );
});

test('only the fields of an entry reach the log, whatever else came with them', () => {
  const entries: Reported[] = [];
  const audit = new Audit(openStore().audit, { info: ({ audit }) => entries.push(audit) }, 1);
  const given = { event: 'login', outcome: 'ok', contract: 'rest', network: 'n', requestId: 'r' } as const;
  const smuggled = { ...given, password: 'supersecure', id: 'session id' };
  audit.report(smuggled);
  expect(entries).toEqual([{ ...given, userId: undefined, handle: undefined }]);
});

test('every event is counted by its outcome, kept or not, and so is an event without an outcome', async () => {
  const services = await openServices();
  const outcome = (refused?: string) => (refused ? { refused } : { user: { id: 'u' } });
  expect(services.audit.counts).toEqual([]);
  await audited(services, 'login', caller(), outcome());
  await audited(services, 'login', caller(), outcome('wrong_password'));
  await audited(services, 'login', caller(), outcome('wrong_password'));
  reported(services, 'logout', caller(), outcome('no_session'));
  services.audit.count('login', 'unavailable');
  expect(services.audit.counts).toEqual([
    { event: 'login', outcome: 'ok', count: 1 },
    { event: 'login', outcome: 'wrong_password', count: 2 },
    { event: 'logout', outcome: 'no_session', count: 1 },
    { event: 'login', outcome: 'unavailable', count: 1 },
  ]);
  expect(services.entries).toHaveLength(4);
});

test('an audited result is returned unchanged, and only its entry is kept', async () => {
  const services = await openServices();
  const outcome = { user: { id: 'u', identifier: 'typed' }, session: { handle: 'h' }, id: 'secret' };
  expect(reported(services, 'login', caller(), outcome)).toBe(outcome);
  const failure = { ...outcome, refused: 'wrong_password' };
  expect(await audited(services, 'login', caller(), failure)).toBe(failure);
  expect(JSON.stringify([services.entries, await kept(services)])).not.toMatch(/typed|secret/);
});

test('no entry holds text that a user typed, nor a session id (ruling G18)', async () => {
  const services = await openServices({ throttle: { on: false } });
  const typed = fc.string({ unit: 'binary', minLength: 6, maxLength: 40 });
  const legal = fc.stringMatching(/^[a-z_]{12,30}$/);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(legal, typed), fc.oneof(legal, typed), async (identifier, password) => {
      const before = services.entries.length;
      const asked = { identifier, password };
      const begun = await registerAndLogin(services, { ...asked, kind: 'username' }, 'token', caller());
      await login(services, { ...asked, idFormat: 'token' }, caller());
      await logout(services, [password, 'id' in begun ? begun.id : identifier], caller());
      const entries = services.entries.slice(before);
      expect(entries.length).toBeGreaterThanOrEqual(3);
      const stored = (await kept(services)).slice(read);
      expect(stored.length).toBeGreaterThanOrEqual(1);
      read += stored.length;
      const values = [...entries, ...stored].flatMap((entry) => Object.values(entry).map(String));
      for (const secret of [identifier, password, 'id' in begun ? begun.id : identifier]) {
        expect(values.filter((value) => value.includes(secret))).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
  expect(await intact(services)).toEqual({ intact: true, entries: read });
});

test('P12: entries are kept for as many days as the rules say, in small steps, and the chain stays whole', async () => {
  const services = await openServices({ auditDays: 2 });
  const at = (now: number, event: AuditEvent) => services.audit.keep(caller({ now }), event, undefined);
  const noon = caller().now;
  await Promise.all(Array.from({ length: 450 }, () => at(noon, 'login')));
  await at(noon + 1, 'logout');
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  await services.audit.sweep(noon + 2 * day, pause);
  expect([(await kept(services)).length, pauses]).toEqual([451, 0]);
  await services.audit.sweep(noon + 2 * day + 1, pause);
  expect([(await kept(services)).map(({ event }) => event), pauses]).toEqual([['logout'], 2]);
  expect(await intact(services)).toEqual({ intact: true, entries: 1 });
});
