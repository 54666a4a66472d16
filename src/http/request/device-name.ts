/** Derives a readable device name from the `User-Agent` header. */

import { createRequire } from 'node:module';
import type Bowser from 'bowser';

/** The rest of a longer header is ignored: no browser sends one. */
const maxCharacters = 512;

type Library = typeof Bowser;

/** Loaded with the first login, so that an idle server keeps no browser patterns in memory. */
let library: { readonly parse: Library['parse']; readonly words: ReadonlySet<string> } | undefined;

/** Such as `Firefox on Linux`; empty if neither is known. */
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
 * A name is made only of `words`. For an unknown client the library repeats text of the header, and the name goes into
 * lists and mails that people trust.
 */
function load() {
  const bowser: Library = createRequire(import.meta.url)('bowser');
  const maps = [bowser.BROWSER_MAP, bowser.OS_MAP];
  const words = new Set([...maps.flatMap((map) => Object.values<string>(map)), 'iPhone', 'iPad', 'iPod']);
  return { parse: (text: string) => bowser.parse(text), words };
}
