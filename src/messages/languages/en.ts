/** The texts in English, of which every other language has a translation. */

import type { Messages } from '../texts.ts';

const code = (token: string) => ['Where you are asked for a code instead of a link, it is', '', token, ''];

export const en = {
  language: 'en',
  mails: {
    verify_email: {
      subject: 'Confirm your e-mail address',
      body: ({ site, link, code: token }) => [
        `Someone, most likely you, has an account with this address at ${site}.`,
        'To confirm that the address is yours, open this link within 24 hours:',
        '',
        link,
        '',
        ...code(token),
        'If it was not you, do nothing: the address stays unconfirmed.',
      ],
    },
    change_email: {
      subject: 'Confirm your new e-mail address',
      body: ({ site, link, code: token }) => [
        `Someone, most likely you, wants to use this address for an account at ${site}.`,
        'To confirm that the address is yours, open this link within 24 hours:',
        '',
        link,
        '',
        ...code(token),
        'If it was not you, do nothing: nothing changes.',
      ],
    },
    reset_password: {
      subject: 'Set a new password',
      body: ({ site, link, code: token }) => [
        `Someone, most likely you, asked for a new password at ${site}.`,
        'To set one, open this link within 30 minutes. It works once, and ends all sessions:',
        '',
        link,
        '',
        ...code(token),
        'If it was not you, do nothing: the password stays as it is.',
      ],
    },
    password_changed: {
      subject: 'Your password was changed',
      body: ({ site, when }) => [
        `The password of your account at ${site} was changed on ${when}.`,
        'All other sessions have been signed out.',
        '',
        'If it was not you, set a new password at once: your mailbox is enough for that.',
      ],
    },
    email_changed: {
      subject: 'Your e-mail address was changed',
      body: ({ site, when, email }) => [
        `Your account at ${site} has another e-mail address since ${when}: ${email}.`,
        'This is the last mail about it to the address you are reading now.',
        '',
        'If it was not you, get in touch with those who run it: the person who did it knows your password.',
      ],
    },
    new_device: {
      subject: 'A new sign-in to your account',
      body: ({ site, when, device, network }) => [
        `Someone signed in to your account at ${site} from a device that was not used for it before.`,
        '',
        `When: ${when}`,
        `Device: ${device || 'unknown'}`,
        `Network: ${network || 'unknown'}`,
        '',
        'If it was not you, set a new password at once: the person who did it knows your password.',
      ],
    },
  },
  pages: {},
} as const satisfies Messages;
