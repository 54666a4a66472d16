/** The texts of mails in English. */

import type { MailTexts } from '../../mail-texts.ts';

/** A link, and the code that can be typed in its place. */
const linkLines = (link: string, code: string) => ['', link, '', 'Where you are asked for a code instead of a link, it is', '', code, ''];

/** What was added to an account, or removed from it. */
function factorIn(factor: string): string {
  if (factor === 'totp') return 'An authenticator app';
  if (factor === 'passkey') return 'A passkey';
  return factor === 'all' ? 'Every second factor' : 'A second factor';
}

export const mails = {
  verify_email: {
    subject: 'Confirm your e-mail address',
    body: ({ site, link, code }) => [
      `Someone, most likely you, has an account with this address at ${site}.`,
      'To confirm that the address is yours, open this link within 24 hours:',
      ...linkLines(link, code),
      'If it was not you, do nothing: the address stays unconfirmed.',
    ],
  },
  change_email: {
    subject: 'Confirm your new e-mail address',
    body: ({ site, link, code }) => [
      `Someone, most likely you, wants to use this address for an account at ${site}.`,
      'To confirm that the address is yours, open this link within 24 hours:',
      ...linkLines(link, code),
      'If it was not you, do nothing: nothing changes.',
    ],
  },
  reset_password: {
    subject: 'Set a new password',
    body: ({ site, link, code }) => [
      `Someone, most likely you, asked for a new password at ${site}.`,
      'To set one, open this link within 30 minutes. It works once, and ends all sessions:',
      ...linkLines(link, code),
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
  factor_added: {
    subject: 'A second factor was added',
    body: ({ site, when, factor }) => [
      `${factorIn(factor)} was added to your account at ${site} on ${when}.`,
      'It can now be used to sign in.',
      '',
      'If it was not you, set a new password at once, and get in touch with those who run it: the person who did it knows your password.',
    ],
  },
  factor_removed: {
    subject: 'A second factor was removed',
    body: ({ site, when, factor }) => [
      `${factorIn(factor)} was removed from your account at ${site} on ${when}.`,
      'It can no longer be used to sign in.',
      '',
      'If it was not you, and you did not ask those who run it for this, set a new password at once.',
    ],
  },
  recovery_code_used: {
    subject: 'A recovery code was used',
    body: ({ site, when }) => [
      `One of the recovery codes of your account at ${site} was used on ${when}. It does not work again.`,
      '',
      'If it was not you, set a new password at once, and make new recovery codes: the person who did it knows your password.',
    ],
  },
  codes_locked: {
    subject: 'Your sign-in codes are locked',
    body: ({ site, when }) => [
      `There were too many wrong codes for your account at ${site} (${when}). The codes of your authenticator app no longer work.`,
      'They work again when you have signed in with a recovery code or a passkey. If you have neither, get in touch with those who run it.',
      '',
      'If it was not you, set a new password at once: the person who did it knows your password.',
    ],
  },
} as const satisfies MailTexts;
