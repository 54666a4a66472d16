/** What goes by way of a mailbox, in the OpenAPI document: proving and changing an address, a forgotten password. */

import { asksPassword, bodyOf, unusable } from './asking.ts';
import { response } from './headers.ts';
import { exampleToken, passwordSentences } from './ids.ts';
import {
  problemSaid,
  refusalsOf,
  shared,
  throttledAsLogin,
  throttledAsRegistration,
  throttledByMail,
  trouble,
} from './refusals.ts';
import { anySession } from './security.ts';
import type { Operation, Part, Schema } from './shape.ts';
import { exactly } from './signedin.ts';

const fewToChange =
  'At most two mails an hour of one account go to one recipient, and four of all accounts; more are dropped without a word.';

const threeLinks = 'While three links are valid, no further mail is sent.';

const token: Schema = { description: 'The token out of the mail. It is good for one use.', type: 'string' };

function accepted(description: string, message: string) {
  const schema = { $ref: '#/components/schemas/Accepted' };
  return response(description, { 'application/json': { schema, example: { message } } });
}

const linkSent = accepted('A mail is queued.', 'A mail with a link is on its way');

const requestVerification: Operation = {
  operationId: 'requestEmailVerification',
  tags: ['email'],
  summary: 'Ask for a link that verifies my address',
  description: `Queues a mail with a link that is good for 24 hours. ${throttledByMail}`,
  security: anySession,
  responses: {
    202: linkSent,
    401: shared('NotAuthenticated'),
    403: shared('ProblemForbidden'),
    409: response(
      'The account has no address, or it is verified already.',
      problemSaid(409, ['No address of this account waits to be verified']),
    ),
    413: shared('ProblemTooLarge'),
    429: shared('ProblemTooMany'),
    ...trouble('Problem'),
  },
};

const verify: Operation = {
  operationId: 'verifyEmail',
  tags: ['email'],
  summary: 'Prove an address with a token',
  description:
    'Takes the token of a verification or of a change of address; no session is needed. A token that is malformed, ' +
    `expired, used or nobody's gets one answer. ${throttledAsRegistration}`,
  security: [],
  requestBody: bodyOf({ token }, { token: exampleToken }),
  responses: {
    204: response('The address is verified, or changed.'),
    ...refusalsOf('Problem'),
    400: unusable(['token'], ['Invalid or expired token']),
    409: response(
      'Somebody registered with the new address since.',
      problemSaid(409, ['Email already registered']),
    ),
    429: shared('ProblemTooMany'),
  },
};

const change: Operation = {
  operationId: 'requestEmailChange',
  tags: ['email'],
  summary: 'Change my address',
  description:
    'Queues a mail to the new address; the change happens when its link is followed within 24 hours, and the old ' +
    'address is told if it was verified or named the account. The answer is the same whether the new address is free. The password must ' +
    `have been proven in this session in the last ten minutes. ${fewToChange} ${throttledAsLogin}`,
  security: anySession,
  requestBody: bodyOf(
    {
      email: { description: 'The new address.', type: 'string' },
      password: { description: 'The password of the account.', type: 'string' },
    },
    { email: 'ada@example.net', password: 'a long way to Tipperary' },
  ),
  responses: {
    202: linkSent,
    ...asksPassword(['email', 'password']),
    422: response('This is not an address.', problemSaid(422, ['Invalid email'])),
  },
};

const forgot: Operation = {
  operationId: 'forgotPassword',
  tags: ['email'],
  summary: 'Ask for a link that resets my password',
  description:
    'Queues a mail with a link that is good for 30 minutes, if there is an account with an address. The answer is the ' +
    `same, in words and time, if there is none. ${threeLinks} ${throttledAsRegistration}`,
  security: [],
  requestBody: bodyOf(
    { identifier: { description: 'The name that is used to log in.', type: 'string' } },
    { identifier: 'ada@example.org' },
  ),
  responses: {
    202: accepted(
      'Whatever there is to do is done.',
      'If there is an account with an e-mail address, a mail is on its way to it',
    ),
    ...refusalsOf('Problem'),
    400: unusable(['identifier']),
    429: shared('ProblemTooMany'),
  },
};

const reset: Operation = {
  operationId: 'resetPassword',
  tags: ['email'],
  summary: 'Choose a new password with a token',
  description:
    'Replaces the password, ends all sessions of the account and logs nobody in. A password that is refused leaves the ' +
    `token good. Of two resets with one token exactly one succeeds. ${throttledAsRegistration}`,
  security: [],
  requestBody: bodyOf(
    { token, password: { $ref: '#/components/schemas/NewPassword' } },
    { token: exampleToken, password: 'the sweetest girl I know' },
  ),
  responses: {
    204: response('The password is replaced.'),
    ...refusalsOf('Problem'),
    400: unusable(['token', 'password'], ['Invalid or expired token']),
    422: response(
      'The new password may not be used; the detail says why.',
      problemSaid(422, passwordSentences, true),
    ),
    429: shared('ProblemTooMany'),
  },
};

export const email: Part = {
  tag: {
    name: 'email',
    description: 'For people: their address, and a way back in when the password is forgotten.',
  },
  paths: {
    '/auth/email/verify/request': { post: requestVerification },
    '/auth/email/verify': { post: verify },
    '/auth/email': { post: change },
    '/auth/password/forgot': { post: forgot },
    '/auth/password/reset': { post: reset },
  },
  schemas: {
    Accepted: exactly('What was asked for is under way.', { message: { type: 'string', minLength: 1 } }),
  },
};
