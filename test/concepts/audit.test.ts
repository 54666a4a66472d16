/** Audit: what happened leaves entries, made only of words this program chose and ids it minted. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Audit, type AuditEvent, type Reported } from '../../src/concepts/audit.ts';
import type { AuditEntry } from '../../src/storage/port/port.ts';
import { login } from '../../src/usecases/login.ts';
import { logout } from '../../src/usecases/logout.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { audited, reported } from '../../src/usecases/services.ts';
import { caller, granted, openGate, type TestGate, trailOf } from '../support/gate.ts';
import { openStore } from '../support/sqlite.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' };
const day = 86_400_000;
const hashes = { hash: expect.stringMatching(/^[0-9a-f]{64}$/) };

/** What is kept, oldest first. */
async function kept({ audit }: TestGate): Promise<AuditEntry[]> {
  return (await audit.read({ most: 1_000_000 })).reverse();
}

const intact = (gate: TestGate) => gate.audit.verify(() => {});

test('principle: registration, login, logout and refusal leave one entry each', async () => {
  const gate = await openGate();
  const begun = granted(await registerAndLogin(gate, { ...joe, kind: 'email' }, 'uuid', caller()));
  await login(gate, { ...joe, password: 'wrongwrong', spelling: 'uuid' }, caller());
  await logout(gate, [begun.id], caller({ contract: 'dotjson', requestId: 'second' }));
  await logout(gate, [begun.id], caller());
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
  expect(gate.entries).toEqual(entries);
  // Whoever ends nothing costs no write: that shows in the log and is not kept.
  const written = entries.slice(0, -1).map((entry, n) => ({
    ...entry,
    ...hashes,
    seq: n + 1,
    at: caller().now,
    handle: entry.handle ?? null,
  }));
  expect(await kept(gate)).toEqual(written);
  expect(await intact(gate)).toEqual({ intact: true, entries: 4 });
});

test('P12: failures that were counted are kept, and no other refusal', async () => {
  const gate = await openGate();
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
  for (const [refused] of refusals) await audited(gate, 'login', caller(), { refused, user: { id: 'u' } });
  expect(gate.entries.map(({ outcome }) => outcome)).toEqual(refusals.map(([refused]) => refused));
  expect((await kept(gate)).map(({ outcome }) => outcome)).toEqual(
    refusals.filter(([, isKept]) => isKept).map(([refused]) => refused),
  );
});

test('only the fields of an entry reach the sink, whatever else came with them', () => {
  const entries: Reported[] = [];
  const audit = new Audit(openStore().audit, (entry) => entries.push(entry), 1);
  const given = { event: 'login', outcome: 'ok', contract: 'rest', network: 'n', requestId: 'r' } as const;
  const smuggled = { ...given, password: 'supersecure', id: 'session id' };
  audit.report(smuggled);
  expect(entries).toEqual([{ ...given, userId: undefined, handle: undefined }]);
});

test('every event is counted by its outcome, kept or not, and so is what came to none', async () => {
  const gate = await openGate();
  const outcome = (refused?: string) => (refused ? { refused } : { user: { id: 'u' } });
  expect(gate.audit.counts).toEqual([]);
  await audited(gate, 'login', caller(), outcome());
  await audited(gate, 'login', caller(), outcome('wrong_password'));
  await audited(gate, 'login', caller(), outcome('wrong_password'));
  reported(gate, 'logout', caller(), outcome('no_session'));
  gate.audit.count('login', 'unavailable');
  expect(gate.audit.counts).toEqual([
    { event: 'login', outcome: 'ok', count: 1 },
    { event: 'login', outcome: 'wrong_password', count: 2 },
    { event: 'logout', outcome: 'no_session', count: 1 },
    { event: 'login', outcome: 'unavailable', count: 1 },
  ]);
  expect(gate.entries).toHaveLength(4);
});

test('what was audited is passed on unchanged, and nothing else of it is kept', async () => {
  const gate = await openGate();
  const outcome = { user: { id: 'u', identifier: 'typed' }, session: { handle: 'h' }, id: 'secret' };
  expect(reported(gate, 'login', caller(), outcome)).toBe(outcome);
  const failure = { ...outcome, refused: 'wrong_password' };
  expect(await audited(gate, 'login', caller(), failure)).toBe(failure);
  expect(JSON.stringify([gate.entries, await kept(gate)])).not.toMatch(/typed|secret/);
});

test('no entry holds what somebody typed, nor an id that opens a session (ruling G18)', async () => {
  const gate = await openGate({ throttle: { on: false } });
  const typed = fc.string({ unit: 'binary', minLength: 6, maxLength: 40 });
  const legal = fc.stringMatching(/^[a-z_]{12,30}$/);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(legal, typed), fc.oneof(legal, typed), async (identifier, password) => {
      const before = gate.entries.length;
      const asked = { identifier, password };
      const begun = await registerAndLogin(gate, { ...asked, kind: 'username' }, 'token', caller());
      await login(gate, { ...asked, spelling: 'token' }, caller());
      await logout(gate, [password, 'id' in begun ? begun.id : identifier], caller());
      const entries = gate.entries.slice(before);
      expect(entries.length).toBeGreaterThanOrEqual(3);
      const stored = (await kept(gate)).slice(read);
      expect(stored.length).toBeGreaterThanOrEqual(1);
      read += stored.length;
      const values = [...entries, ...stored].flatMap((entry) => Object.values(entry).map(String));
      for (const secret of [identifier, password, 'id' in begun ? begun.id : identifier]) {
        expect(values.filter((value) => value.includes(secret))).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
  expect(await intact(gate)).toEqual({ intact: true, entries: read });
});

test('P12: entries are kept for as many days as the rules say, in small steps, and the chain stays whole', async () => {
  const gate = await openGate({ auditDays: 2 });
  const at = (now: number, event: AuditEvent) => gate.audit.keep({ ...trailOf(event), at: now }, undefined);
  const noon = caller().now;
  await Promise.all(Array.from({ length: 450 }, () => at(noon, 'login')));
  await at(noon + 1, 'logout');
  let pauses = 0;
  const pause = async () => {
    pauses += 1;
  };
  await gate.audit.sweep(noon + 2 * day, pause);
  expect([(await kept(gate)).length, pauses]).toEqual([451, 0]);
  await gate.audit.sweep(noon + 2 * day + 1, pause);
  expect([(await kept(gate)).map(({ event }) => event), pauses]).toEqual([['logout'], 2]);
  expect(await intact(gate)).toEqual({ intact: true, entries: 1 });
});
