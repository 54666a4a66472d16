/** The languages by their names, and the choice of one, without their texts. */

import { createRequire } from 'node:module';
import type Negotiator from 'negotiator';

/** The tags, in the order of the documentation. A further language is a name here and its texts in `messages.ts`. */
export const languageNames = ['en', 'de'] as const;

export type Language = (typeof languageNames)[number];

/** Loaded with the first header, so that it does not delay the start. */
let library: typeof Negotiator | undefined;

/** Characters of `Accept-Language` that are read; those of browsers have some fifty. */
const maxCharacters = 200;

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
