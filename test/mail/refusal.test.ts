/** Whose trouble an answer of a mail server is: the recipient's, the sender's, or one that passes. */

import { expect, test } from 'vitest';
import { adviceOn, isRecipientRefused, type SmtpError, statusOf } from '../../src/mail/smtp-errors.ts';

function answer(response: string, command = 'RCPT TO', code = 'EENVELOPE'): SmtpError {
  const error = new Error(`Can't send mail: ${response}`);
  return Object.assign(error, { response, command, code, responseCode: Number(response.slice(0, 3)) });
}

/** What common mail servers say of a recipient that is none. */
const recipients = [
  '550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in local recipient table',
  '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 Learn more',
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found',
  '553 5.1.3 The recipient address is not a valid RFC 5321 address',
  '556 5.1.10 Recipient domain does not accept mail',
  '550 5.2.1 The email account that you tried to reach is disabled',
  '550 No such user here',
  '550 unknown user',
  '550 <ada@example.com>: User unknown',
  '551 User does not exist',
  "550 Mailbox doesn't exist",
  '553 sorry, no mailbox here by that name',
];

test.each(recipients)('this refuses the recipient: %s', (response) => {
  expect(isRecipientRefused(answer(response))).toBe(true);
});

/** What they say of a sender, or of what may change. */
const senders = [
  '550 Relaying denied',
  '550 5.7.1 Relaying denied',
  '550 5.7.1 Unable to relay for ada@example.com',
  '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
  '550 relay not permitted: unknown user',
  "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
  '551 User not local; we do not relay',
  '550 5.7.1 Service unavailable, client host blocked using a list',
  '554 5.7.1 <ada@example.com>: Recipient address rejected: Access denied',
  '550 5.7.26 Unauthenticated mail is not accepted: unknown user',
  '530 5.7.0 Must issue a STARTTLS command first',
  '550 Refused',
  '552 5.2.2 Mailbox full',
  '550 5.4.1 Recipient address rejected: Access denied',
  '450 4.1.1 User unknown',
  '5.1.1 User unknown',
];

test.each(senders)('this does not refuse the recipient: %s', (response) => {
  expect(isRecipientRefused(answer(response))).toBe(false);
});

test.each(['MAIL FROM', 'AUTH PLAIN', 'EHLO', 'CONN', 'STARTTLS'])('nor by any answer to %s', (command) => {
  for (const response of recipients) expect(isRecipientRefused(answer(response, command))).toBe(false);
});

test('after the data a status is needed', () => {
  expect(isRecipientRefused(answer('550 5.1.1 User unknown', 'DATA'))).toBe(true);
  expect(isRecipientRefused(answer('550 User unknown', 'DATA'))).toBe(false);
});

test('a failure that the operator must fix comes with advice', () => {
  expect(adviceOn(answer('550 5.7.1 Relaying denied'))).toContain('does not relay');
  expect(adviceOn(answer('553 5.1.8 Bad sender', 'MAIL FROM'))).toContain('GATEHOUSE_MAIL_FROM');
  expect(adviceOn(answer('535 5.7.8 Bad credentials', 'AUTH PLAIN', 'EAUTH'))).toContain(
    'GATEHOUSE_SMTP_URL',
  );
  expect(adviceOn(answer('554 5.7.1 Rejected as spam', 'DATA'))).toContain('Its own log');
  expect(adviceOn(answer('454 4.7.0 TLS not available', 'STARTTLS', 'ETLS'))).toContain('STARTTLS');
});

test('a failure that may pass comes without advice', () => {
  for (const response of ['450 4.2.0 Greylisted', '421 4.7.0 Try again later', '452 4.2.2 Mailbox full']) {
    expect(adviceOn(answer(response))).toBeUndefined();
  }
  expect(adviceOn(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ESOCKET' }))).toBeUndefined();
});

test('a status is read at its place only', () => {
  const statuses = [
    '550 5.1.1 x',
    '550-5.7.26 x\n550 5.1.1 y',
    '550 x 5.1.1',
    '550 5.1.1.1 x',
    '550 <5.1.1@b>',
  ];
  expect(statuses.map((response) => statusOf({ response }))).toEqual([
    '5.1.1',
    '5.7.26',
    undefined,
    undefined,
    undefined,
  ]);
});
