/** A person's e-mail address and a forgotten password, under `/auth`: everything that needs a mailbox. */

import { requestEmailChange, requestVerification, verifyEmail } from '../../usecases/account/change-email.ts';
import { forgot } from '../../usecases/account/forgot-password.ts';
import { reset } from '../../usecases/account/reset-password.ts';
import { isRefusal } from '../../usecases/refusals.ts';
import type { Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Words } from '../contract.ts';
import { siteWords } from '../refusals/refusal-words.ts';
import type { Reply } from '../reply.ts';
import { withFields } from '../request/body.ts';
import { forSignedIn, routeGroup } from './signed-in.ts';

const words = {
  ...siteWords,
  invalid_identifier: { status: 422, sentence: 'Invalid email' },
  identifier_taken: { status: 409, sentence: 'Email already registered' },
} satisfies Record<RefusalName, Words>;

/** The same for existing and unknown accounts, with or without an address, and when a mail limit is reached. */
const onItsWay = 'If there is an account with an e-mail address, a mail is on its way to it';

const linkSent = 'A mail with a link is on its way';

export function ownEmail(services: Services): Contract {
  const signedIn = forSignedIn(services);

  return {
    ...routeGroup,
    name: 'email',
    words,
    routes: [
      {
        method: 'POST',
        path: '/auth/email/verify/request',
        event: 'email_verify_request',
        answer: signedIn([], async (person, context) => {
          const outcome = await requestVerification(services, person, context);
          return isRefusal(outcome) ? outcome : accepted(linkSent);
        }),
      },
      {
        method: 'POST',
        path: '/auth/email/verify',
        body: 'json',
        event: 'email_verify',
        answer: withFields(['token'], async (context, asked) => {
          const outcome = await verifyEmail(services, asked.token, context);
          return isRefusal(outcome) ? outcome : { status: 204 };
        }),
      },
      {
        method: 'POST',
        path: '/auth/email',
        body: 'json',
        hashes: true,
        event: 'email_change_request',
        answer: signedIn(['email', 'password'], async (person, context, asked) => {
          const outcome = await requestEmailChange(services, person, asked, context);
          return isRefusal(outcome) ? outcome : accepted(linkSent);
        }),
      },
      {
        method: 'POST',
        path: '/auth/password/forgot',
        body: 'json',
        event: 'password_forgot',
        answer: withFields(['identifier'], async (context, asked) => {
          const outcome = await forgot(services, asked.identifier, context);
          return isRefusal(outcome) ? outcome : accepted(onItsWay);
        }),
      },
      {
        method: 'POST',
        path: '/auth/password/reset',
        body: 'json',
        hashes: true,
        event: 'password_reset',
        answer: withFields(['token', 'password'], async (context, asked) => {
          const outcome = await reset(services, asked, context);
          return isRefusal(outcome) ? outcome : { status: 204 };
        }),
      },
    ],
  };
}

function accepted(message: string): Reply {
  return { status: 202, body: { message } };
}
