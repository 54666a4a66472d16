/** Codes of authenticator apps, as people type them and as attackers try them (rulings F1 to F3). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  codeAt,
  type Enrolled,
  enrolledPerson,
  loginWith,
  refusal,
  type SteppedServer,
  startStepped,
  stepMs,
  verifiedPerson,
  wrongCode,
} from '../support/codes.ts';
import { contracts, rest } from '../support/contracts.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

function tryCode(server: SteppedServer, { person }: Enrolled, code: string, contract = rest) {
  return loginWith(server, contract, person.email, { code });
}

async function fails(server: SteppedServer, enrolled: Enrolled, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const answer = await tryCode(server, enrolled, wrongCode(enrolled.secret, server.now));
    expect(refusal(answer)).toEqual([401, 'Invalid code']);
  }
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted();

const fullWidth = (code: string) =>
  code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));

test('F1: a code may be typed with blanks, with dashes and in full-width digits', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const ways: readonly ((code: string) => string)[] = [
    (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
    (code) => ` ${code}\n`,
    (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
    (code) => `${code.slice(0, 3)}\u2013${code.slice(3)}`,
    (code) => [...code].join('\u00a0'),
    (code) => [...code].join('\t'),
    fullWidth,
    (code) => `${fullWidth(code.slice(0, 3))}\u3000${fullWidth(code.slice(3))}`,
  ];
  for (const typed of ways) {
    const code = typed(codeAt(ada.secret, server.now));
    const answer = await tryCode(server, ada, code);
    expect(answer.status, JSON.stringify(code)).toBe(200);
    server.advance(stepMs);
  }
});

test('F2: text that is no code is refused like a wrong code, and uses up nothing', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const right = codeAt(ada.secret, server.now);
  const arabicIndic = right.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
  const texts = [
    ...[
      '',
      ' ',
      '-',
      '0',
      right.slice(1),
      `${right}0`,
      `${right}\u0000`,
      `0x${right}`,
      `+${right}`,
      `${right}.0`,
    ],
    ...[
      arabicIndic,
      `${right} ${right}`,
      ' '.repeat(95) + right,
      'x'.repeat(15_000),
      '\ud800',
      '🔑'.repeat(16),
    ],
    ...['aaaa-aaaa-aaaa-aaaa', 'a'.repeat(17), '__proto__'],
  ];
  for (const code of texts) {
    const answer = await tryCode(server, ada, code);
    expect(refusal(answer), JSON.stringify(code.slice(0, 40))).toEqual([401, 'Invalid code']);
  }
  expect((await tryCode(server, ada, right)).status).toBe(200);
});

test.each([
  ['the first instant of the step before', -stepMs, 200],
  ['a millisecond earlier', -stepMs - 1, 401],
  ['the last instant of the step after', 2 * stepMs - 1, 200],
  ['a millisecond later', 2 * stepMs, 401],
])('F1: a code counts one step before and after its own: %s', async (_what, offsetMs, status) => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const stepAt = server.now + 4 * stepMs;
  server.freeze(stepAt + offsetMs);
  expect((await tryCode(server, ada, codeAt(ada.secret, stepAt))).status).toBe(status);
});

test('F3: a step is accepted once, on any contract, and no earlier one after it', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const [before, code, after] = [0, 1, 2].map((steps) => codeAt(ada.secret, server.now + steps * stepMs));
  server.advance(stepMs);
  expect((await tryCode(server, ada, code ?? '')).status).toBe(200);
  for (const contract of contracts)
    for (const used of [code, before])
      expect(refusal(await tryCode(server, ada, used ?? '', contract))).toEqual([401, 'Invalid code']);
  expect((await tryCode(server, ada, after ?? '')).status).toBe(200);
});

test('F3: the code that confirmed the app is no good for a login', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  server.advance(-stepMs);
  const answer = await tryCode(server, ada, codeAt(ada.secret, server.now));
  expect(refusal(answer)).toEqual([401, 'Invalid code']);
});

test('F3: of logins with one code at once, through two nodes, exactly one gets a session', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const other = await startStepped(unthrottled, server.file);
  for (let round = 0; round < 5; round += 1) {
    other.freeze(server.now);
    const code = codeAt(ada.secret, server.now);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => tryCode(n % 2 === 0 ? server : other, ada, code)),
    );
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
    server.advance(stepMs);
  }
});

test('F1: with a clock five minutes off a code is refused, and counts when its time has come', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const late = codeAt(ada.secret, server.now);
  const early = codeAt(ada.secret, server.now + 10 * stepMs);
  expect(refusal(await tryCode(server, ada, early))).toEqual([401, 'Invalid code']);
  server.advance(10 * stepMs);
  expect(refusal(await tryCode(server, ada, late))).toEqual([401, 'Invalid code']);
  expect((await tryCode(server, ada, early)).status).toBe(200);
});

test('F1: a code of another person is refused, and stays good for them', async () => {
  const server = await startStepped();
  const ada = await enrolledPerson(server);
  const bob = await enrolledPerson(server, 'bob@example.com');
  const code = codeAt(bob.secret, server.now);
  expect(refusal(await tryCode(server, ada, code))).toEqual([401, 'Invalid code']);
  expect(refusal(await tryCode(server, ada, bob.recoveryCodes[0] ?? ''))).toEqual([401, 'Invalid code']);
  expect((await tryCode(server, bob, code)).status).toBe(200);
  expect((await tryCode(server, bob, bob.recoveryCodes[0] ?? '')).status).toBe(200);
});

test('F2: after 99 refused codes a right one lets in, and clears the count', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  await fails(server, ada, 99);
  expect((await tryCode(server, ada, codeAt(ada.secret, server.now))).status).toBe(200);
  server.advance(stepMs);
  await fails(server, ada, 99);
  expect((await tryCode(server, ada, codeAt(ada.secret, server.now))).status).toBe(200);
});

test('F2: a brute force within the throttle meets the counter of codes: the 100th locks the app, with one notice', async () => {
  const mail = await startMailServer();
  const server = await startStepped(mailingTo(mail));
  const ada = await verifiedPerson(server, mail);
  for (let round = 0; round < 10; round += 1) {
    if (round === 9) {
      await fails(server, ada, 9);
      expect((await ada.person.ask('GET', '/auth/factors')).json['totp']).toMatchObject({ locked: false });
      await fails(server, ada, 1);
      // A mail whose sending takes a quarter of an hour by the clock is sent again.
      await mail.arrived(1);
    } else await fails(server, ada, 10);
    expect((await tryCode(server, ada, wrongCode(ada.secret, server.now))).status).toBe(429);
    server.advance(15 * 60_000);
  }
  expect((await ada.person.ask('GET', '/auth/factors')).json['totp']).toMatchObject({ locked: true });

  const right = () => codeAt(ada.secret, server.now);
  for (const contract of contracts)
    expect(refusal(await tryCode(server, ada, right(), contract))).toEqual([401, 'Invalid code']);
  // The 101st and later ones are refused without another notice.
  await fails(server, ada, 1);
  const [locked] = await mail.arrived(1);
  expect(locked?.subject).toBe('Your sign-in codes are locked');

  const inSession = await ada.person.ask('POST', '/auth/confirm', { password: 'supersecure', code: right() });
  expect(refusal(inSession)).toEqual([
    403,
    'Codes of the authenticator app are locked, use a recovery code or a passkey',
  ]);

  // A recovery code lets in and unlocks.
  expect((await tryCode(server, ada, ada.recoveryCodes[0] ?? '')).status).toBe(200);
  expect((await tryCode(server, ada, right())).status).toBe(200);
  const { json } = await ada.person.ask('GET', '/auth/account/activity');
  const events = (json['activity'] as { event: string; outcome: string }[]).map(({ event }) => event);
  expect(events.filter((event) => event === 'codes_locked')).toHaveLength(1);
  await mail.arrived(2);
  expect(mail.mails.map(({ subject }) => subject)).toEqual([
    'Your sign-in codes are locked',
    'A recovery code was used',
  ]);
});
