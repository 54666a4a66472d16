/** The options of the table for pages (stand-in until the real one is merged). */

import { languageNames } from '../../messages/messages.ts';
import type { SettingRows } from '../setting.ts';
import { choiceOf, oneOf, orUnset } from '../value-parsers.ts';

export const pageOptions = {
  pages: {
    env: 'GATEHOUSE_PAGES',
    default: '',
    expects: '',
    meaning: '',
    read: orUnset(oneOf({ on: true, off: false })),
  },
  pagesName: {
    env: 'GATEHOUSE_PAGES_NAME',
    default: 'Gatehouse',
    expects: '',
    meaning: '',
    read: (t: string) => t,
  },
  pagesLogo: { env: 'GATEHOUSE_PAGES_LOGO', default: '', expects: '', meaning: '', read: (t: string) => t },
  pagesAccent: {
    env: 'GATEHOUSE_PAGES_ACCENT',
    default: '#2451c4',
    expects: '',
    meaning: '',
    read: (t: string) => t,
  },
  pagesStyle: { env: 'GATEHOUSE_PAGES_STYLE', default: '', expects: '', meaning: '', read: (t: string) => t },
  pagesHome: { env: 'GATEHOUSE_PAGES_HOME', default: '', expects: '', meaning: '', read: (t: string) => t },
  language: { env: 'GATEHOUSE_LANGUAGE', default: 'en', ...choiceOf(languageNames), meaning: '' },
} satisfies SettingRows;
