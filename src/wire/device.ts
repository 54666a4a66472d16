/** Reads a device's name out of what its browser says of itself, for people to recognise it by. */

import Bowser from 'bowser';

/** Longer ones are not read to the end: whoever sends them is not a browser. */
const mostCharacters = 512;

/**
 * The only words a name is made of. Of a client it does not know the library repeats what that said, and a name goes
 * into lists and mails that people trust.
 */
const words: ReadonlySet<string> = new Set([
  ...Object.values<string>(Bowser.BROWSER_MAP),
  ...Object.values<string>(Bowser.OS_MAP),
  ...['iPhone', 'iPad', 'iPod'],
]);

/** Such as `Firefox on Linux`; empty if the client says nothing that is known. */
export function deviceName(userAgent: string | null): string {
  if (!userAgent) return '';
  const { browser, os, platform } = Bowser.parse(userAgent.slice(0, mostCharacters));
  const model = platform.vendor === 'Apple' ? platform.model : undefined;
  const isKnown = (name: string | undefined): name is string => name !== undefined && words.has(name);
  return [[browser.name], [model, os.name]]
    .flatMap((names) => names.filter(isKnown).slice(0, 1))
    .join(' on ');
}
