/** The catalogue: every text that people read, in every language, and the choice of the language. */

import { createRequire } from 'node:module';
import type Negotiator from 'negotiator';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import type { Messages } from './texts.ts';

export type { Messages };

/** Every language by its tag. A further one is a file in `languages/` and a name here. */
export const languages = { en, de } as const satisfies Readonly<Record<string, Messages>>;

export type Language = keyof typeof languages;

/** The tags, in the order of the documentation. */
export const languageNames = Object.keys(languages) as readonly Language[];

/** Loaded with the first header, so that it does not delay the start. */
let library: typeof Negotiator | undefined;

/** Characters of `Accept-Language` that are read; those of browsers have some fifty. */
const maxCharacters = 200;

/** The texts of a language; those of `fallback` if there is no such language. */
export function messagesIn(language: string | undefined, fallback: Language): Messages {
  const isKnown = language !== undefined && Object.hasOwn(languages, language);
  return languages[isKnown ? (language as Language) : fallback];
}

/**
 * The language that a client prefers (RFC 9110, section 12.5.4), of equal ones the first; `de` also serves `de-AT`. `fallback`
 * if the client names none that is known, or takes any.
 */
export function chooseLanguage(acceptLanguage: string | null, fallback: Language): Language {
  if (!acceptLanguage) return fallback;
  library ??= createRequire(import.meta.url)('negotiator') as typeof Negotiator;
  const client = new library({ headers: { 'accept-language': bounded(acceptLanguage) } });
  const others = languageNames.filter((name) => name !== fallback);
  for (const wanted of client.languages()) {
    const [base] =
      wanted === '*' ? client.languages([fallback, ...others]) : wanted.toLowerCase().split('-', 1);
    const known = languageNames.find((name) => name === base);
    if (known) return known;
  }
  return fallback;
}

/** Cuts between two items: the rest of one could be another language. */
function bounded(header: string): string {
  return header.length <= maxCharacters
    ? header
    : header.slice(0, header.lastIndexOf(',', maxCharacters) + 1);
}
