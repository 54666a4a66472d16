/** The texts in English, of which every other language has a translation. */

import type { Messages } from '../texts.ts';
import { account, activity } from './en/account.ts';
import { factors } from './en/factors.ts';
import { mails } from './en/mails.ts';
import { forms } from './en/pages.ts';

export const en = {
  language: 'en',
  mails,
  pages: { ...forms, account, activity, factors },
} as const satisfies Messages;
