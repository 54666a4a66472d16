/** A person's e-mail address and a forgotten password, under `/auth`: what goes by way of a mailbox. */

import { requestEmailChange, requestVerification, verifyEmail } from '../../usecases/account/change-email.ts';
import { forgot } from '../../usecases/account/forgot-password.ts';
import { reset } from '../../usecases/account/reset-password.ts';
import { isRefusal, type Services } from '../../usecases/services.ts';
import type { Contract, RefusalName, Reply, Words } from '../contract.ts';
import { siteWords } from '../refusals/refusal-words.ts';
import { textFields } from '../request/body-fields.ts';
import { asSignedIn, refuseIn } from './signed-in.ts';

const words = {
  ...siteWords,
  invalid_identifier: { status: 422, sentence: 'Invalid email' },
  identifier_taken: { status: 409, sentence: 'Email already registered' },
} satisfies Record<RefusalName, Words>;

/** The same whether there was an account, an address, or room for one more mail. */
const onItsWay = 'If there is an account with an e-mail address, a mail is on its way to it';

const linkSent = 'A mail with a link is on its way';

const refuse = refuseIn(words);

export function ownEmail(services: Services): Contract {
  return {
    name: 'email',
    owns: () => false,
    refuse,
    routes: [
      {
        method: 'POST',
        path: '/auth/email/verify/request',
        body: 'any',
        event: 'email_verify_request',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const outcome = await requestVerification(services, signedIn, context);
            return isRefusal(outcome) ? outcome : accepted(linkSent);
          }),
      },
      {
        method: 'POST',
        path: '/auth/email/verify',
        body: 'json',
        event: 'email_verify',
        async answer(context) {
          const asked = textFields(context.fields, 'token');
          if (isRefusal(asked)) return asked;
          const outcome = await verifyEmail(services, asked.token, context);
          return isRefusal(outcome) ? refuse(outcome) : { status: 204 };
        },
      },
      {
        method: 'POST',
        path: '/auth/email',
        body: 'json',
        hashes: true,
        event: 'email_change_request',
        answer: (context) =>
          asSignedIn(services, context, async (signedIn) => {
            const asked = textFields(context.fields, 'email', 'password');
            if (isRefusal(asked)) return asked;
            const outcome = await requestEmailChange(services, signedIn, asked, context);
            return isRefusal(outcome) ? refuse(outcome) : accepted(linkSent);
          }),
      },
      {
        method: 'POST',
        path: '/auth/password/forgot',
        body: 'json',
        event: 'password_forgot',
        async answer(context) {
          const asked = textFields(context.fields, 'identifier');
          if (isRefusal(asked)) return asked;
          const outcome = await forgot(services, asked.identifier, context);
          return isRefusal(outcome) ? refuse(outcome) : accepted(onItsWay);
        },
      },
      {
        method: 'POST',
        path: '/auth/password/reset',
        body: 'json',
        hashes: true,
        event: 'password_reset',
        async answer(context) {
          const asked = textFields(context.fields, 'token', 'password');
          if (isRefusal(asked)) return asked;
          const outcome = await reset(services, asked, context);
          return isRefusal(outcome) ? refuse(outcome) : { status: 204 };
        },
      },
    ],
  };
}

function accepted(message: string): Reply {
  return { status: 202, body: { message } };
}
