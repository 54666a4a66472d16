/** Takes Redoc out of the package of the OpenAPI linter, without what a page of Gatehouse does not allow. */

import { readFileSync } from 'node:fs';

const linter = new URL('../', import.meta.resolve('@redocly/cli/bin/cli.js'));

/** A small picture in place of Redoc's logo, in a colour that is legible on light and dark. */
const logo = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="38" height="12" viewBox="0 0 38 12">' +
    '<text y="10" font-family="sans-serif" font-size="11" font-weight="bold" fill="#4a7dff">Redoc</text></svg>',
)}`;

/** What is not wanted of the script, how often it is there, and what takes its place. */
const changes: readonly [what: RegExp, count: number, instead: string][] = [
  [/https:\/\/cdn\.redoc\.ly\/redoc\/logo-mini(?:-full)?\.svg/g, 2, logo],
  // The search tries whether it may make a worker from text. The policy of the page refuses it, and the console tells.
  [/try\{return \w+\._factory\?\?=Function\(\w+\),!0\}catch\{return!1\}/g, 1, 'return!1'],
];

/**
 * The script of Redoc as a server sends it.
 *
 * @throws {Error} if something is not where it was: look for what this version does instead.
 */
export function redocScript(): string {
  let script = readFileSync(new URL('lib/chunks/redoc.standalone.js', linter), 'utf8');
  for (const [what, count, instead] of changes) {
    const found = script.match(what)?.length ?? 0;
    if (found !== count) throw new Error(`Redoc has ${what} ${found} times, not ${count}.`);
    script = script.replace(what, () => instead);
  }
  return script;
}

/** The licences of the libraries in the script, among those of the linter. */
export function redocNotices(): string {
  return readFileSync(new URL('THIRD_PARTY_NOTICES', linter), 'utf8');
}
