/** The options of the table for pages, and for the language of pages and mails. */

import { languageNames } from '../../messages/messages.ts';
import type { SettingRows } from '../setting.ts';
import { choiceOf, oneOf, orUnset } from '../value-parsers.ts';

/** In the order of the documentation. */
export const pageOptions = {
  /** `null` if it is unset: on in the server of this program, and off in a program that embeds Gatehouse. */
  pages: {
    env: 'GATEHOUSE_PAGES',
    default: '',
    expects: '`on` or `off`',
    meaning:
      'The pages on which people sign in, register and manage their account. `off`: their paths are unknown paths. Unset: `on`, and `off` where Gatehouse is embedded.',
    read: orUnset(oneOf({ on: true, off: false })),
  },
  language: {
    env: 'GATEHOUSE_LANGUAGE',
    default: 'en',
    ...choiceOf(languageNames),
    meaning:
      'The language of pages and mails for clients whose `Accept-Language` names none that is known, and for mails that no client caused.',
  },
} satisfies SettingRows;
