/** Reads a device's name out of what its browser says of itself, for people to recognise it by. */

import { createRequire } from 'node:module';
import type Bowser from 'bowser';

/** Longer ones are not read to the end: no browser sends them. */
const maxCharacters = 512;

type Library = typeof Bowser;

/** Comes with the first login: a server at rest needs no patterns of browsers in memory. */
let library: { readonly parse: Library['parse']; readonly words: ReadonlySet<string> } | undefined;

/** Such as `Firefox on Linux`; empty if the client says nothing that is known. */
export function deviceName(userAgent: string | null): string {
  if (!userAgent) return '';
  library ??= load();
  const { parse, words } = library;
  const { browser, os, platform } = parse(userAgent.slice(0, maxCharacters));
  const model = platform.vendor === 'Apple' ? platform.model : undefined;
  const isKnown = (name: string | undefined): name is string => name !== undefined && words.has(name);
  return [[browser.name], [model, os.name]]
    .flatMap((names) => names.filter(isKnown).slice(0, 1))
    .join(' on ');
}

/**
 * `words` are the only ones a name is made of. Of a client it does not know the library repeats what that said, and a
 * name goes into lists and mails that people trust.
 */
function load() {
  const bowser: Library = createRequire(import.meta.url)('bowser');
  const maps = [bowser.BROWSER_MAP, bowser.OS_MAP];
  const words = new Set([...maps.flatMap((map) => Object.values<string>(map)), 'iPhone', 'iPad', 'iPod']);
  return { parse: (text: string) => bowser.parse(text), words };
}
