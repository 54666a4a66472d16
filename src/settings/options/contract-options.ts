/** The options of the table for served contracts and registration (ruling W5). */

import type { SettingRows } from '../setting.ts';
import { choice, distinct } from '../value-parsers.ts';

export const contractOptions = {
  /** At least one. */
  contracts: {
    env: 'GATEHOUSE_CONTRACTS',
    default: 'envelope,rest,dotjson',
    expects: 'one or more of `envelope`, `rest` and `dotjson`, each once, separated by commas',
    meaning: 'The contracts that are served. The paths of the others are unknown paths: 404.',
    read: distinct(choice('envelope', 'rest', 'dotjson').read),
  },
  registration: {
    env: 'GATEHOUSE_REGISTRATION',
    default: 'open',
    ...choice('open', 'invite', 'closed'),
    meaning:
      'Who may register: anyone (`open`), only people with an invitation of `gatehouse user invite` (`invite`), or none (`closed`).',
  },
} satisfies SettingRows;
