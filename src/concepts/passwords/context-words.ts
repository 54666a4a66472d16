/** Knows the passwords that are tried first at this service and for this account: its names, a little decorated (ASVS 6.2.11). */

/** What this program is called. */
const product = 'gatehouse';

/** Shorter words are parts of too many others. */
const minLetters = 3;

/** Digits, blanks and symbols around and between words that make no password of them. */
const maxOthers = 6;

/** Words that belong to a service and to an account: whole names, and the parts of them. */
export function contextWords(host: string, identifier: string, email: string): ReadonlySet<string> {
  const names = [product, ...new Set([identifier, email])].flatMap((name) => {
    const at = name.lastIndexOf('@');
    return at < 0 ? partsOf(name) : [name, ...partsOf(name.slice(0, at)), ...domainsOf(name.slice(at + 1))];
  });
  const words = [...names, ...domainsOf(host)].map((word) => word.toLowerCase());
  return new Set(words.filter((word) => word.length >= minLetters && /\p{L}/u.test(word)));
}

/**
 * Whether a text is made of nothing but such words, in any case and however often, and at most six characters that are
 * no letters. One letter more makes it another text, however much of it is a word.
 */
export function isOfContext(text: string, words: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase();
  /** The least number of characters outside of words with which each place can be reached. */
  const others: number[] = [0];
  for (let at = 0; at < lower.length; at += 1) {
    const so = others[at] ?? Infinity;
    if (so > maxOthers) continue;
    const character = String.fromCodePoint(lower.codePointAt(at) ?? 0);
    if (!/[\p{L}\p{M}]/u.test(character)) reach(at + character.length, so + 1);
    for (const word of words) if (lower.startsWith(word, at)) reach(at + word.length, so);
  }
  return (others[lower.length] ?? Infinity) <= maxOthers;

  function reach(place: number, count: number): void {
    others[place] = Math.min(others[place] ?? Infinity, count);
  }
}

/** A name, the same without what is neither letter nor digit, and its runs of letters. */
function partsOf(name: string): string[] {
  return [name, name.replace(/[^\p{L}\p{N}]/gu, ''), ...(name.match(/\p{L}+/gu) ?? [])];
}

/** Domains that a host lies in and that are looked at; their number bounds the work. */
const maxDomains = 4;

/** A host and the domains it lies in, with their parts; a top-level domain (`com`) alone is none. */
function domainsOf(host: string): string[] {
  const labels = host.split('.');
  const inner = labels.slice(1, -1).map((_, at) => labels.slice(at + 1).join('.'));
  return [
    ...partsOf(host),
    ...inner.slice(-maxDomains).flatMap((domain) => [domain, domain.replaceAll('.', '')]),
  ];
}
