/** Cases for the store as a whole: it answers, it keeps what it acknowledged, and a closed one answers nothing. */

import assert from 'node:assert/strict';
import { type Store, StoreUnavailable } from '../../../src/storage/port/port.ts';
import {
  account,
  assertRow,
  type ConformanceCase,
  context,
  findSession,
  hex,
  over,
  quota,
  session,
  upTo,
} from './case.ts';
import { browserToken } from './factors/factor-case.ts';

const mail = {
  kind: 'new_device' as const,
  userId: 'id-of-joe',
  recipient: 'joe@example.com',
  details: {},
  createdAt: 1_000,
};

/** Every method that answers. */
const questions: Readonly<Record<string, (store: Store) => unknown>> = {
  create: ({ accounts }) => accounts.create(account('bob')),
  findCredential: ({ accounts }) => accounts.findCredential('joe'),
  findCredentialOf: ({ accounts }) => accounts.findCredentialOf('id-of-joe'),
  findUser: ({ accounts }) => accounts.findUser('id-of-joe'),
  list: ({ accounts }) => accounts.list({ limit: 1 }),
  replaceHash: ({ accounts }) => accounts.replaceHash('id-of-joe', 'hash of joe', 'new'),
  verifyEmail: ({ accounts }) => accounts.verifyEmail('id-of-joe', 'joe@example.com', 1_000),
  changeEmail: ({ accounts }) =>
    accounts.changeEmail('id-of-joe', { email: 'a@b.c', canonical: 'a@b.c', verifiedAt: 1_000 }),
  setDisabled: ({ accounts }) => accounts.setDisabled('id-of-joe', null),
  insert: ({ sessions }) => sessions.insert(hex(2), session(2, 'id-of-joe')),
  find: ({ sessions }) => findSession(sessions, hex(1)),
  findByHandle: ({ sessions }) => sessions.findByHandle('handle-1'),
  ofUser: ({ sessions }) => sessions.ofUser('id-of-joe', { limit: 99 }),
  'end beyond a cap': ({ sessions }) =>
    sessions.endBeyond('id-of-joe', 1_000, { limit: 9, step: 1, context: context('logout') }),
  prove: ({ sessions }) => sessions.prove(hex(1), hex(8), 2_000),
  rotate: ({ sessions }) => sessions.rotate(hex(1), hex(9)),
  remove: ({ sessions }) => sessions.remove([hex(1)]),
  removeByHandle: ({ sessions }) => sessions.removeByHandle('id-of-joe', 'handle-1'),
  removeOfUser: ({ sessions }) => sessions.removeOfUser('id-of-joe', undefined, 99),
  removeAny: ({ sessions }) => sessions.removeAny(99, context('logout')),
  'sweep of sessions': ({ sessions }) => sessions.sweep(9_999, 1),
  take: ({ throttle }) => throttle.take([quota(1, 9)], 1_000),
  refund: ({ throttle }) => throttle.refund([{ key: hex(1), windowEndsAt: 2_000 }]),
  'find windows': ({ throttle }) => throttle.find([hex(1)]),
  'clear windows': ({ throttle }) => throttle.clear([hex(1)]),
  'sweep of windows': ({ throttle }) => throttle.sweep(9_999, 1),
  append: ({ audit }) => audit.append(context('login'), {}),
  read: ({ audit }) => audit.read({ limit: 1 }),
  ends: ({ audit }) => audit.ends(),
  verify: ({ audit }) => audit.verify(() => {}),
  'sweep of the audit': ({ audit }) => audit.sweep(9_999, 1),
  'insert of a token': ({ tokens }) =>
    tokens.insert(hex(1), { userId: 'id-of-joe', purpose: 'verify_email', email: 'a@b.c', expiresAt: 1 }),
  'take of a token': ({ tokens }) => tokens.take(hex(1), 'verify_email'),
  'removal of tokens': ({ tokens }) => tokens.removeOfUser('id-of-joe', 'verify_email'),
  'put of an invitation': ({ invitations }) =>
    invitations.put(hex(1), { canonical: 'ann', userId: 'id-of-ann', expiresAt: 1 }),
  'look for an invitation': ({ invitations }) => invitations.find('ann', hex(1)),
  'list of invitations': ({ invitations }) => invitations.list({ limit: 1 }),
  'removal of an invitation': ({ invitations }) => invitations.remove('ann'),
  'sweep of invitations': ({ invitations }) => invitations.sweep(9_999, 1),
  'sweep of tokens': ({ tokens }) => tokens.sweep(9_999, 99_999, 1),
  enqueue: ({ mails }) => mails.enqueue(mail, { windows: [{ max: 9, windowMs: 1_000 }] }),
  due: ({ mails }) => mails.due({ now: 1_000, latest: 9_999 }, 1),
  sent: ({ mails }) => mails.sent(1, 1_000),
  failed: ({ mails }) => mails.failed(1, null),
  'sweep of mails': ({ mails }) => mails.sweep(9_999, 99_999, 1),
  remember: ({ devices }) => devices.remember(hex(1), 'id-of-joe', 1_000),
  'a known device': ({ devices }) => devices.findKnown('joe', [hex(1)], 0),
  any: ({ devices }) => devices.any('id-of-joe'),
  'devices of a user': ({ devices }) => devices.ofUser('id-of-joe', '', 1),
  'sweep of devices': ({ devices }) => devices.sweep(9_999, 1),
  'insert of a browser token': ({ browserTokens }) =>
    browserTokens.insert(hex(1), browserToken(1, 'id-of-joe'), 1),
  'look for a browser token': ({ browserTokens }) => browserTokens.find([hex(1)], 'trusted_browser'),
  'take of a browser token': ({ browserTokens }) => browserTokens.take(hex(1), 'trusted_browser'),
  'browser tokens of a user': ({ browserTokens }) => browserTokens.ofUser('id-of-joe', 'trusted_browser', 1),
  'removal of browser tokens': ({ browserTokens }) =>
    browserTokens.removeOfUser('id-of-joe', 'trusted_browser'),
  'sweep of browser tokens': ({ browserTokens }) => browserTokens.sweep(9_999, 99_999, 1),
  'second factors of a user': async (store) => (await store.factors()).secondFactors.find('id-of-joe'),
  'a code': async (store) =>
    (await store.factors()).secondFactors.tryCode('id-of-joe', { matches: 'nothing' }, 1, context('login')),
  'a passkey': async (store) => (await store.factors()).passkeys.find('credential-1'),
  'use of a passkey': async (store) =>
    (await store.factors()).passkeys.use({ credentialId: '1', counter: 0, isSynced: true, at: 1_000 }),
  'removal of an account': ({ accounts }) => accounts.remove('id-of-joe', 9),
  'reclaim of accounts': ({ accounts }) => accounts.reclaim(9),
  'sessions of disabled accounts': ({ accounts }) => accounts.endOfDisabled('', 9, context('logout')),
  ping: (store) => store.ping(),
};

export const storeCases: readonly ConformanceCase[] = [
  over('store: answers a ping', async (store) => {
    assert.equal(await store.ping(), undefined);
  }),

  {
    title: 'store: what was acknowledged is there after it was closed and opened again',
    async run(ground) {
      const first = await ground.open();
      await Promise.all(upTo(20).map((n) => first.accounts.create(account(`user${n}`))));
      await Promise.all(upTo(20).map((n) => first.sessions.insert(hex(n), session(n, `id-of-user${n}`))));
      await first.sessions.remove([hex(7)]);
      await first.accounts.replaceHash('id-of-user3', 'hash of user3', 'new');
      await first.throttle.take([quota(1, 1)], 10_000);
      await first.close();

      const second = await ground.open();
      try {
        for (const n of upTo(20)) {
          assert.equal((await second.accounts.findUser(`id-of-user${n}`))?.identifier, `user${n}`);
          const found = await findSession(second.sessions, hex(n));
          if (n === 7) assert.equal(found, undefined);
          else assertRow(found, session(n, `id-of-user${n}`));
        }
        assert.equal((await second.accounts.findCredential('user3'))?.passwordHash, 'new');
        assert.deepEqual(await second.throttle.take([quota(1, 1)], 10_000), {
          allowed: false,
          freeAt: 11_000,
        });
      } finally {
        await second.close();
      }
    },
  },

  {
    title: 'store: closing waits for what was handed in before it',
    async run(ground) {
      const store = await ground.open();
      const created = upTo(10).map((n) => store.accounts.create(account(`user${n}`)));
      await store.close();
      assert.deepEqual(
        await Promise.all(created),
        upTo(10).map(() => 'created'),
      );
      const again = await ground.open();
      try {
        for (const n of upTo(10)) assert.notEqual(await again.accounts.findCredential(`user${n}`), undefined);
      } finally {
        await again.close();
      }
    },
  },

  {
    title: 'store: a closed one answers nothing',
    async run(ground) {
      const store = await ground.open();
      await store.accounts.create(account('joe'));
      await store.sessions.insert(hex(1), session(1, 'id-of-joe'));
      for (const [name, ask] of Object.entries(questions)) {
        if (name.startsWith('find')) assert.notEqual(await ask(store), undefined, name);
      }
      await store.close();
      for (const [name, ask] of Object.entries(questions)) {
        await assert.rejects(async () => ask(store), StoreUnavailable, name);
      }
      // A use is only buffered, without an answer: it must not throw either.
      store.sessions.touch(hex(1), 2_000, 6_000);
    },
  },

  over('store: steps that fail do not affect others of the same turn, whatever their kind', async (store) => {
    await store.accounts.create(account('joe'));
    for (const n of [1, 5]) await store.sessions.insert(hex(n), session(n, 'id-of-joe'));
    const outcomes = await Promise.allSettled([
      store.sessions.insert(hex(2), session(5, 'id-of-joe')),
      store.accounts.create(account('ann')),
      store.throttle.take([quota(1, 1)], 10_000),
      store.sessions.insert(hex(5), session(3, 'id-of-joe')),
      store.sessions.remove([hex(1)]),
      store.accounts.create(account('JOE', { userId: 'second' })),
      store.sessions.insert(hex(4), session(4, 'id-of-joe')),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    );
    assert.equal((await store.accounts.findCredential('ann'))?.hasUser, true);
    assert.equal((await store.throttle.take([quota(1, 1)], 10_000)).allowed, false);
    assert.equal(await findSession(store.sessions, hex(1)), undefined);
    assert.equal(await findSession(store.sessions, hex(2)), undefined);
    for (const n of [4, 5]) assertRow(await findSession(store.sessions, hex(n)), session(n, 'id-of-joe'));
    assert.equal(await store.ping(), undefined);
  }),
];
