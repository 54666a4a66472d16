/** The catalogue: every text that people read, in every language, loaded with the first page or mail. */

import type { Language } from './language-choice.ts';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import type { Messages } from './texts.ts';

/** Every language by its tag. */
export const languages = { en, de } as const satisfies Readonly<Record<Language, Messages>>;

/** The texts of a language; those of `fallback` if there is no such language. */
export function messagesIn(language: string | undefined, fallback: Language): Messages {
  const isKnown = language !== undefined && Object.hasOwn(languages, language);
  return languages[isKnown ? (language as Language) : fallback];
}
