/** The texts in German. */

import type { Messages } from '../texts.ts';
import { account, activity } from './de/account.ts';
import { factors } from './de/factors.ts';
import { mails } from './de/mails.ts';
import { forms } from './de/pages.ts';

export const de = {
  language: 'de',
  mails,
  pages: { ...forms, account, activity, factors },
} as const satisfies Messages;
