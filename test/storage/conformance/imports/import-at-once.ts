/** Cases for imports that run at once, beside one another and beside registrations. */

import assert from 'node:assert/strict';
import { parkedForm } from '../../../../src/storage/port/port.ts';
import { account, audited, type ConformanceCase, upTo } from '../case.ts';
import { broughtSession, holder, imported, withImports, write, writeSessions } from './import-case.ts';

export const importsAtOnceCases: readonly ConformanceCase[] = [
  withImports(
    'import: of two that run at once one makes each account, and none is made by halves',
    async (imports, store, ground) => {
      const other = await ground.open();
      try {
        const accounts = upTo(60).map((n) => imported(`user${n}`));
        const sessions = upTo(60).map((n) => broughtSession(n, `user${n}`));
        const whole = async (into: typeof imports, some: typeof accounts) => {
          const found: string[] = [];
          for (let n = 0; n < some.length; n += 10) found.push(...(await write(into, some.slice(n, n + 10))));
          return found;
        };
        const outcomes = await Promise.all([
          whole(imports, accounts),
          whole(await other.imports(), accounts.toReversed()),
        ]);
        const words = outcomes.flat().sort();
        assert.deepEqual(words, [...upTo(60).map(() => 'imported'), ...upTo(60).map(() => 'unchanged')]);
        const both = await Promise.all([
          writeSessions(imports, sessions),
          writeSessions(await other.imports(), sessions.toReversed()),
        ]);
        assert.deepEqual(both.flat().sort(), words);
        assert.equal((await store.accounts.list({ limit: 99 })).length, 60);
        assert.equal((await audited(store)).length, 60);
        assert.equal((await imports.liveFrom('origin', 2_000, '', 99)).length, 60);
      } finally {
        await other.close();
      }
    },
  ),

  withImports(
    'import: beside registrations of the same names each name has one owner, and no account is made by halves',
    async (imports, store, ground) => {
      const other = await ground.open();
      try {
        const names = upTo(30).map((n) => `user${n}`);
        const registered = Promise.all(
          names.map((name) => other.accounts.create(account(name, { userId: `new-${name}` }))),
        );
        const outcomes = await write(
          imports,
          names.map((name) => imported(name)),
        );
        const created = await registered;
        for (const [n, name] of names.entries()) {
          const isOurs = outcomes[n] === 'imported';
          assert.equal(created[n], isOurs ? 'identifier_taken' : 'created', name);
          assert.equal(outcomes[n], isOurs ? 'imported' : `parked new-${name}`);
          assert.equal(await holder(store, name), isOurs ? `id-of-${name}` : `new-${name}`);
          const canonical = isOurs ? name : parkedForm(`id-of-${name}`);
          assert.equal(await holder(store, canonical), `id-of-${name}`);
          assert.ok(await store.accounts.findUser(`id-of-${name}`));
        }
      } finally {
        await other.close();
      }
    },
  ),
];
