/** Cases for the kinds of hash that logins by name meet (ruling I5). */

import assert from 'node:assert/strict';
import type { AccountToImport, ImportStore } from '../../../../src/storage/port/port.ts';
import { account, type ConformanceCase, context, upTo } from '../case.ts';
import { imported, withImports, write } from './import-case.ts';

/** The kinds as lines: form of name, example, count. */
async function kinds(imports: ImportStore): Promise<string[]> {
  const found = await imports.hashKinds();
  return found.map(({ form, example, count }) => `${form} ${example ?? 'own'} ${count}`).sort();
}

/** An account with a hash of a kind, under a name. */
function ofKind(name: string, hashKind: string, changes: Partial<AccountToImport> = {}): AccountToImport {
  return imported(name, { passwordHash: `$${hashKind}$`, hashKind, ...changes });
}

/** A user id as a registration makes them: a random UUID, here one of a hundred that are evenly spread. */
const uuid = (n: number) =>
  `${Math.floor((n * 2 ** 32) / 100)
    .toString(16)
    .padStart(8, '0')}-0000-4000`;

export const importedKindCases: readonly ConformanceCase[] = [
  withImports('kinds: none where nothing was imported (I5)', async (imports, store) => {
    await store.accounts.create(account('joe'));
    assert.deepEqual(await imports.hashKinds(), []);
  }),

  withImports('kinds: each with its count, by the form of the name (I5)', async (imports, store) => {
    const address = { identifier: 'a@b.example', canonical: 'a@b.example' };
    await write(imports, [
      ...upTo(3).map((n) => ofKind(`user${n}`, 'bcrypt')),
      ofKind('one', 'argon'),
      ofKind('address', 'bcrypt', address),
      ofKind('other', 'bcrypt', { canonical: 'ä b' }),
      // No login by name reaches the first, and none computes the hash of the second.
      ofKind('Waiting', 'scrypt', { canonical: 'one' }),
      imported('unusable', { passwordHash: '!' }),
    ]);
    for (const n of upTo(4)) await store.accounts.create(account(`own${n}`, { userId: uuid(n) }));
    await store.accounts.create(account('own@b.example', { userId: uuid(50) }));
    assert.deepEqual(await kinds(imports), [
      'address $bcrypt$ 1',
      'address own 1',
      'other $bcrypt$ 1',
      'username $argon$ 1',
      'username $bcrypt$ 3',
      'username own 4',
    ]);
  }),

  withImports('kinds: follow a hash that is replaced, wrapped or made here (I5)', async (imports, store) => {
    await write(
      imports,
      ['joe', 'ann', 'bob', 'cyd'].map((name) => ofKind(name, 'bcrypt')),
    );
    await store.accounts.replaceHash('id-of-joe', '$bcrypt$', 'made here');
    const wrapping = { userId: 'id-of-ann', expected: '$bcrypt$', passwordHash: '$w$', hashKind: 'w' };
    await imports.wrapHash(wrapping);
    await write(imports, [ofKind('bob', 'argon')]);
    await store.accounts.remove('id-of-cyd', 9, context('account_delete'));
    assert.deepEqual(await kinds(imports), ['username $argon$ 1', 'username $w$ 1', 'username own 1']);
    assert.deepEqual(await kinds(imports), await kinds(imports));
  }),

  withImports(
    'kinds: of many the counts are estimates, and the rarest kind is there (I5)',
    async (imports) => {
      for (let from = 0; from < 2_500; from += 500)
        await write(
          imports,
          upTo(500).map((n) => ofKind(`user${from + n}`, (from + n) % 5 === 0 ? 'argon' : 'bcrypt')),
        );
      await write(imports, [ofKind('rare', 'scrypt')]);
      const found = new Map((await imports.hashKinds()).map(({ example, count }) => [example, count]));
      assert.equal(found.get('$argon$'), 500);
      assert.equal(found.get('$scrypt$'), 1);
      const estimate = found.get('$bcrypt$') ?? 0;
      assert.ok(estimate > 1_700 && estimate < 2_300, `${estimate} of 2,000`);
    },
  ),

  withImports(
    'kinds: accounts that were made here are estimated beside ids of any form (I5)',
    async (imports, store) => {
      // Numbers as ids: all of them lie before most UUIDs, and fill what is read.
      await write(
        imports,
        upTo(500).map((n) => ofKind(`user${n}`, 'bcrypt', { userId: `${1_000 + n}` })),
      );
      for (const n of upTo(100)) await store.accounts.create(account(`own${n}`, { userId: uuid(n) }));
      const own = (await imports.hashKinds()).find(({ example }) => example === null)?.count ?? 0;
      assert.ok(own > 50 && own < 200, `${own} of 100`);
    },
  ),
];
