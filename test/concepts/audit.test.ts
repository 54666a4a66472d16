/** Audit: every event leaves one entry, made only of words this program chose and ids it minted. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Audit, type AuditEntry } from '../../src/concepts/audit.ts';
import { audited } from '../../src/usecases/gate.ts';
import { login } from '../../src/usecases/login.ts';
import { logout } from '../../src/usecases/logout.ts';
import { registerAndLogin } from '../../src/usecases/register.ts';
import { caller, openGate } from '../support/gate.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure' };

test('principle: registration, login, logout and refusal leave one entry each', async () => {
  const gate = openGate();
  const begun = await registerAndLogin(gate, { ...joe, kind: 'email' }, 'uuid', caller());
  if ('refused' in begun) throw new Error(begun.refused);
  await login(gate, { ...joe, password: 'wrongwrong', spelling: 'uuid' }, caller());
  await logout(gate, [begun.id], caller({ contract: 'dotjson', requestId: 'second' }));
  await logout(gate, [begun.id], caller());
  const about = { contract: 'rest', network: '192.0.2.1', requestId: 'request' };
  const userId = begun.user.id;
  const { handle } = begun.session;
  expect(gate.entries).toEqual([
    { ...about, event: 'register', outcome: 'ok', userId, handle: undefined },
    { ...about, event: 'login', outcome: 'ok', userId, handle },
    { ...about, event: 'login', outcome: 'wrong_password', userId, handle: undefined },
    { ...about, contract: 'dotjson', requestId: 'second', event: 'logout', outcome: 'ok', userId, handle },
    { ...about, event: 'logout', outcome: 'no_session', userId: undefined, handle: undefined },
  ]);
});

test('only the fields of an entry reach the sink, whatever else came with them', () => {
  const entries: AuditEntry[] = [];
  const audit = new Audit((entry) => entries.push(entry));
  const given = { event: 'login', outcome: 'ok', contract: 'rest', network: 'n', requestId: 'r' } as const;
  const smuggled = { ...given, password: 'supersecure', id: 'session id' };
  audit.record(smuggled);
  expect(entries).toEqual([{ ...given, userId: undefined, handle: undefined }]);
});

test('what was audited is passed on unchanged', () => {
  const gate = openGate();
  const outcome = { user: { id: 'u', identifier: 'typed' }, session: { handle: 'h' }, id: 'secret' };
  expect(audited(gate, 'login', caller(), outcome)).toBe(outcome);
  expect(JSON.stringify(gate.entries)).not.toMatch(/typed|secret/);
});

test('no entry holds what somebody typed, nor an id that opens a session (ruling G18)', async () => {
  const gate = openGate({ throttle: { on: false } });
  const typed = fc.string({ unit: 'binary', minLength: 6, maxLength: 40 });
  const legal = fc.stringMatching(/^[a-z_]{12,30}$/);
  await fc.assert(
    fc.asyncProperty(fc.oneof(legal, typed), fc.oneof(legal, typed), async (identifier, password) => {
      const before = gate.entries.length;
      const asked = { identifier, password };
      const begun = await registerAndLogin(gate, { ...asked, kind: 'username' }, 'token', caller());
      await login(gate, { ...asked, spelling: 'token' }, caller());
      await logout(gate, [password, 'id' in begun ? begun.id : identifier], caller());
      const entries = gate.entries.slice(before);
      expect(entries.length).toBeGreaterThanOrEqual(3);
      const values = entries.flatMap((entry) => Object.values(entry));
      for (const secret of [identifier, password, 'id' in begun ? begun.id : identifier]) {
        expect(values.filter((value) => value?.includes(secret))).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});
