/** Logins of accounts with a second factor, on each contract (rulings F1 and F2). */

import { describe, expect, test } from 'vitest';
import {
  codeAt,
  enrolledPerson,
  loginWith,
  refusal,
  startStepped,
  stepMs,
  wrongCode,
} from '../support/codes.ts';
import { contracts, dotjson, envelope, isAlive, rest } from '../support/contracts.ts';
import { person } from '../support/person.ts';

const type = 'urn:gatehouse:problem:second-factor-required';

describe.each(contracts)('$name', (contract) => {
  test('F2: an unchanged client of an account with a factor is told so, and gets no session and no cookie', async () => {
    const server = await startStepped();
    const { person: ada } = await enrolledPerson(server);
    const answer = await loginWith(server, contract, ada.email);
    expect(refusal(answer)).toEqual([401, 'Second factor required']);
    if (contract === rest) expect(answer.json).toMatchObject({ type, title: 'Unauthorized' });
    const listed = await ada.ask('GET', '/auth/sessions');
    expect(listed.json['sessions']).toHaveLength(1);
  });

  test('F1: a code of the app lets in', async () => {
    const server = await startStepped();
    const { person: ada, secret } = await enrolledPerson(server);
    const answer = await loginWith(server, contract, ada.email, { code: codeAt(secret, server.now) });
    expect(answer.status, answer.text).toBe(200);
    expect(contract.idIn(answer)).toMatch(contract.idSpelling);
    expect(answer.json).not.toHaveProperty('enrolment_required');
    expect(await isAlive(server, contract.idIn(answer))).toBe(true);
  });

  test('F2: a wrong code is refused in other words than a missing one', async () => {
    const server = await startStepped();
    const { person: ada, secret } = await enrolledPerson(server);
    const answer = await loginWith(server, contract, ada.email, { code: wrongCode(secret, server.now) });
    expect(refusal(answer)).toEqual([401, 'Invalid code']);
  });

  test('F2: a wrong password is refused as ever, whatever the code', async () => {
    const server = await startStepped();
    const { person: ada, secret } = await enrolledPerson(server);
    const code = codeAt(secret, server.now);
    const answer = await loginWith(server, contract, ada.email, { password: 'not mine', code });
    expect(refusal(answer)).toEqual([401, contract.wrongPassword]);
    // The code was not used up.
    expect((await loginWith(server, contract, ada.email, { code })).status).toBe(200);
  });

  test('F2: a code is ignored where no factor is needed', async () => {
    const server = await startStepped();
    const { email } = await person(server);
    const answer = await loginWith(server, contract, email, { code: '123456', trust_browser: true });
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).not.toContain('trusted');
  });

  test('G10: fields of another type are 400, with and without a factor', async () => {
    const server = await startStepped();
    const { email } = await person(server);
    const { person: bob } = await enrolledPerson(server, 'bob@example.com');
    const faults = [
      ...[123_456, null, ['123456'], { totp: '123456' }, true].map((code) => ({ code })),
      ...['yes', 'true', 1, null, []].map((trust_browser) => ({ trust_browser })),
    ];
    for (const fault of faults)
      for (const name of [email, bob.email])
        expect(refusal(await loginWith(server, contract, name, fault)), JSON.stringify(fault)).toEqual([
          400,
          'code' in fault
            ? 'The field "code" must be a string'
            : 'The field "trust_browser" must be true or false',
        ]);
  });

  test('F2: a missing or a wrong code stays counted, a right one refunds its own attempt alone', async () => {
    const server = await startStepped({ GATEHOUSE_THROTTLE_ACCOUNT: '4/15m' });
    const { person: ada, secret } = await enrolledPerson(server);
    const ask = (more: object) => loginWith(server, contract, ada.email, more);
    const right = () => {
      server.advance(stepMs);
      return ask({ code: codeAt(secret, server.now) });
    };
    expect((await ask({})).status).toBe(401);
    expect((await ask({ code: wrongCode(secret, server.now) })).status).toBe(401);
    // Three logins, and then there is room for two refusals more: each refunded its own attempt, and no other one.
    for (let n = 0; n < 3; n += 1) expect((await right()).status).toBe(200);
    expect((await ask({})).status).toBe(401);
    expect((await ask({ code: wrongCode(secret, server.now) })).status).toBe(401);
    expect((await right()).status).toBe(429);
  });
});

test('G8: with refusals shown as 200, a missing factor and a wrong code are shown so too', async () => {
  const server = await startStepped({ GATEHOUSE_ENVELOPE_STATUS: 'ok', GATEHOUSE_DOTJSON_STATUS: 'ok' });
  const { person: ada, secret } = await enrolledPerson(server);
  for (const contract of [envelope, dotjson]) {
    const missing = await loginWith(server, contract, ada.email);
    expect(refusal(missing)).toEqual([200, 'Second factor required']);
    expect(contract.errorIn(missing)).toBe('Second factor required');
    const wrong = await loginWith(server, contract, ada.email, { code: wrongCode(secret, server.now) });
    expect(refusal(wrong)).toEqual([200, 'Invalid code']);
  }
});

test('D3: with hidden enumeration, the missing factor is shown only after the right password', async () => {
  const server = await startStepped({ GATEHOUSE_ENUMERATION: 'hide' });
  const { person: ada } = await enrolledPerson(server);
  const wrong = await loginWith(server, dotjson, ada.email, { password: 'not mine' });
  expect(refusal(wrong)).toEqual([401, 'Invalid password']);
  expect(refusal(await loginWith(server, dotjson, ada.email))).toEqual([401, 'Second factor required']);
});
