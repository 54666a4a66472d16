/** Recovery codes: each lets in once, however it is typed (rulings F1 to F3). */

import { expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import {
  type Enrolled,
  enrolledPerson,
  loginWith,
  refusal,
  type SteppedServer,
  startStepped,
  verifiedPerson,
} from '../support/codes.ts';
import { contracts, envelope, rest } from '../support/contracts.ts';
import { mailingTo, startMailServer } from '../support/mail.ts';

const unthrottled = { GATEHOUSE_THROTTLE: 'off' };

function tryCode(server: SteppedServer, { person }: Enrolled, code: string, contract = rest) {
  return loginWith(server, contract, person.email, { code });
}

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted();

test('F3: of logins with one recovery code at once, through two nodes, exactly one gets a session', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  const other = await startStepped(unthrottled, server.file);
  for (const code of ada.recoveryCodes) {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => tryCode(n % 2 === 0 ? server : other, ada, code)),
    );
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 5 }, () => 401)]);
  }
  expect((await ada.person.ask('GET', '/auth/factors')).json['recovery_codes_left']).toBe(0);
});

test('F1: each of ten recovery codes lets in once, however it is typed', async () => {
  const server = await startStepped(unthrottled);
  const ada = await enrolledPerson(server);
  expect(new Set(ada.recoveryCodes).size).toBe(10);
  const ways: readonly ((code: string) => string)[] = [
    (code) => code,
    (code) => code.replaceAll('-', ''),
    (code) => code.replaceAll('-', ' ').toUpperCase(),
    (code) => `\n${[...code.replaceAll('-', '')].join(' ')} `,
    (code) => code.replaceAll('-', '\u2014'),
  ];
  for (const [n, code] of ada.recoveryCodes.entries()) {
    const typed = ways[n % ways.length]?.(code) ?? '';
    expect((await tryCode(server, ada, typed, contracts[n % 3])).status, JSON.stringify(typed)).toBe(200);
    expect(refusal(await tryCode(server, ada, code))).toEqual([401, 'Invalid code']);
    const { json } = await ada.person.ask('GET', '/auth/factors');
    expect(json['recovery_codes_left']).toBe(9 - n);
  }
});

test('F2: the owner is told of a used recovery code, and the audit has it', async () => {
  const mail = await startMailServer();
  const server = await startStepped({ ...unthrottled, ...mailingTo(mail) });
  const ada = await verifiedPerson(server, mail);
  expect((await tryCode(server, ada, ada.recoveryCodes[3] ?? '', envelope)).status).toBe(200);
  const [told] = await mail.arrived(1);
  expect(told?.subject).toMatch(/recovery code/i);
  expect(told?.to).toEqual([ada.person.email]);
  expect(told?.raw).not.toContain(ada.recoveryCodes[3]);
  const { json } = await ada.person.ask('GET', '/auth/account/activity');
  expect(json['activity']).toContainEqual(
    expect.objectContaining({ event: 'recovery_code_used', outcome: 'ok', contract: 'envelope' }),
  );
});
