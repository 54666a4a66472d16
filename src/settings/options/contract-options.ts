/** The part of the table of options that says which contracts are served, and who may register (ruling W5). */

import type { Setting, Settings } from '../settings.ts';
import { distinct, oneOf } from '../value-parsers.ts';

type Rows = { readonly [Name in 'contracts' | 'registration']: Setting<Settings[Name]> };

export const contractOptions: Rows = {
  contracts: {
    env: 'GATEHOUSE_CONTRACTS',
    default: 'envelope,rest,dotjson',
    expects: 'one or more of `envelope`, `rest` and `dotjson`, each once, separated by commas',
    meaning: 'The contracts that are served. The paths of the others are unknown paths: 404.',
    read: distinct(oneOf({ envelope: 'envelope', rest: 'rest', dotjson: 'dotjson' } as const)),
  },
  registration: {
    env: 'GATEHOUSE_REGISTRATION',
    default: 'open',
    expects: '`open`, `invite` or `closed`',
    meaning:
      'Who may register: anyone (`open`), only those with an invitation of `gatehouse user invite` (`invite`), or no one (`closed`).',
    read: oneOf({ open: 'open', invite: 'invite', closed: 'closed' } as const),
  },
};
