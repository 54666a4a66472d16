/** The statuses with which pages refuse. */

import type { RefusalName, Words } from '../http/contract.ts';
import { siteWords } from '../http/refusals/refusal-words.ts';

/** The sentences are those of other clients; people get the texts of their language. */
export const pageWords = {
  ...siteWords,
  unsupported_media_type: {
    status: 415,
    sentence: 'Content-Type must be application/x-www-form-urlencoded',
  },
} satisfies Record<RefusalName, Words>;
