/** The limits of mails over a real store: per kind, per recipient, per account, and by the links that are valid. */

import { expect, test } from 'vitest';
import { hour, now, recipient, resetLinkMs, setUp, to } from '../support/mails.ts';

/** Sends everything that is due, the way the sender does: the token is made first. */
async function sendAll({ mails, tokens }: ReturnType<typeof setUp>, at: number): Promise<string[]> {
  const texts: string[] = [];
  for (let mail = await mails.claim(at); mail; mail = await mails.claim(at)) {
    texts.push(await tokens.mint(mail.userId, 'reset_password', mail.recipient, at, 3));
    await mails.sent(mail, at);
  }
  return texts;
}

async function withJoe() {
  const all = setUp();
  const account = { identifier: recipient, canonical: recipient, passwordHash: '', createdAt: now };
  await all.accounts.create({ userId: 'joe', ...account, email: recipient });
  return all;
}

test('one mailbox gets three mails in any hour that verify it, however its name is cased', async () => {
  const { mails, queued } = setUp();
  const ask = (at: number, recipient = to.recipient) => mails.ask('verify_email', { ...to, recipient }, at);
  expect([await ask(now), await ask(now + 1), await ask(now + 2)]).toEqual(['queued', 'queued', 'queued']);
  expect(await ask(now + 3, 'JOE@example.com')).toBe('too_many');
  expect(await ask(now + hour - 1)).toBe('too_many');
  expect(await ask(now + hour)).toBe('queued');
  expect(await ask(now + hour)).toBe('too_many');
  expect(await ask(now + 3, 'ann@example.com')).toBe('queued');
  expect(queued()).toBe(5);
});

test.each(['verify_email', 'reset_password'] as const)(
  'of 20 concurrent requests for %s three get a mail',
  async (kind) => {
    const { mails } = setUp();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => mails.ask(kind, to, now)));
    expect(outcomes.filter((outcome) => outcome === 'queued')).toHaveLength(3);
  },
);

test('no kind of mail uses up the limit of another, and a new address gets two from one account and four from all', async () => {
  const { mails } = setUp();
  const change = (userId: string) => mails.ask('change_email', { ...to, userId, isVerified: false }, now);
  const outcomes = [];
  for (const user of ['ann', 'ann', 'ann', 'bob', 'bob', 'eve']) outcomes.push(await change(user));
  expect(outcomes).toEqual(['queued', 'queued', 'too_many', 'queued', 'queued', 'too_many']);
  for (const kind of ['verify_email', 'reset_password'] as const) {
    expect(await mails.ask(kind, to, now)).toBe('queued');
  }
});

test('three links are valid at once, and a fourth is sent as soon as the first is not', async () => {
  const all = await withJoe();
  const ask = (at: number) => all.mails.ask('reset_password', to, at);
  expect([await ask(now), await ask(now + 1)]).toEqual(['queued', 'queued']);
  const texts = await sendAll(all, now + 1);
  expect(await ask(now + 2)).toBe('queued');
  expect(await ask(now + 2)).toBe('too_many');
  texts.push(...(await sendAll(all, now + 2)));
  const lastMoment = now + resetLinkMs;
  expect(await ask(lastMoment)).toBe('too_many');
  for (const text of texts) {
    expect(await all.tokens.look(text, 'reset_password', lastMoment)).toMatchObject({ userId: 'joe' });
  }
  expect([await ask(lastMoment + 1), await ask(lastMoment + 1)]).toEqual(['queued', 'queued']);
  expect(await ask(lastMoment + 1)).toBe('too_many');
  await all.tokens.revokeAccess('joe');
  expect(await ask(lastMoment + 1)).toBe('queued');
});

test('an hour has room for six links that expire, and for twelve that become void', async () => {
  const all = await withJoe();
  const sentIn = async (from: number, isVoid: boolean) => {
    let sent = 0;
    for (let at = from; at < from + hour; at += 60_000) {
      for (let n = 0; n < 5; n += 1)
        if ((await all.mails.ask('reset_password', to, at)) === 'queued') sent += 1;
      await sendAll(all, at);
      if (isVoid) await all.tokens.revokeAccess('joe');
    }
    return sent;
  };
  expect(await sentIn(now, false)).toBe(6);
  expect(await sentIn(now + 2 * hour, true)).toBe(12);
});

test('M1: an account without a proved address uses up no mails of one with it', async () => {
  const { mails } = setUp();
  const stranger = (n: number) => ({ userId: `stranger ${n}`, recipient, isVerified: false });
  let sent = 0;
  for (let n = 0; n < 30; n += 1) {
    if ((await mails.ask('reset_password', stranger(n), now)) === 'queued') sent += 1;
  }
  expect(sent).toBe(12);
  expect(await mails.ask('reset_password', to, now)).toBe('queued');
  for (let n = 0; n < 9; n += 1) await mails.notify('password_changed', stranger(n), now);
  await mails.notify('password_changed', to, now);
  const notices: string[] = [];
  for (let mail = await mails.claim(now); mail; mail = await mails.claim(now)) {
    if (mail.kind === 'password_changed') notices.push(mail.userId);
  }
  expect(notices).toEqual(['stranger 0', 'stranger 1', 'stranger 2', 'joe']);
});

test('a notice is suppressed neither by requested mails nor by notices of another kind', async () => {
  const { mails } = setUp();
  for (let n = 0; n < 4; n += 1) await mails.ask('reset_password', to, now);
  for (let n = 0; n < 25; n += 1) await mails.notify('new_device', to, now);
  await mails.notify('password_changed', to, now);
  await mails.notify('email_changed', { ...to, details: { email: 'a***@example.com' } }, now);
  const kinds: string[] = [];
  for (let mail = await mails.claim(now); mail; mail = await mails.claim(now)) kinds.push(mail.kind);
  const count = (kind: string) => kinds.filter((one) => one === kind).length;
  expect(['reset_password', 'new_device', 'password_changed', 'email_changed'].map(count)).toEqual([
    3, 20, 1, 1,
  ]);
});
