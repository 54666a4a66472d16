/** Recognises passwords made of the names of this service and this account (ASVS 6.2.11). */

/** The name of this program. */
const product = 'gatehouse';

/** Shorter words are part of too many others. */
const minLetters = 3;

/** Other characters that may stand around and between the words. */
const maxOthers = 6;

/** The words of a service and an account: whole names, and their parts. */
export function contextWords(host: string, identifier: string, email: string): ReadonlySet<string> {
  const names = [product, ...new Set([identifier, email])].flatMap((name) => {
    const at = name.lastIndexOf('@');
    return at < 0 ? partsOf(name) : [name, ...partsOf(name.slice(0, at)), ...domainsOf(name.slice(at + 1))];
  });
  const words = [...names, ...domainsOf(host)].map((word) => word.toLowerCase());
  return new Set(words.filter((word) => word.length >= minLetters && /\p{L}/u.test(word)));
}

/**
 * Whether a text consists of such words, in any letter case and repeated, and of at most six characters that are no
 * letters. One more letter makes it another text, however much of it is a word.
 */
export function isOfContext(text: string, words: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase();
  /** For each position, the least number of characters outside of words on the way to it. */
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

/** A name, the name without what is neither letter nor digit, and its runs of letters. */
function partsOf(name: string): string[] {
  return [name, name.replace(/[^\p{L}\p{N}]/gu, ''), ...(name.match(/\p{L}+/gu) ?? [])];
}

/** Parent domains of a host that are read; the limit bounds the work. */
const maxDomains = 4;

/** A host and its parent domains, with their parts; a top-level domain (`com`) alone does not count. */
function domainsOf(host: string): string[] {
  const labels = host.split('.');
  const inner = labels.slice(1, -1).map((_, at) => labels.slice(at + 1).join('.'));
  return [
    ...partsOf(host),
    ...inner.slice(-maxDomains).flatMap((domain) => [domain, domain.replaceAll('.', '')]),
  ];
}
