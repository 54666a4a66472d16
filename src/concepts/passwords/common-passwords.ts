/** The offline list of common passwords. */

import { readFileSync } from 'node:fs';

let list: string | undefined;

/** Whether a password is on the list, in any letter case. */
export function isCommon(password: string): boolean {
  list ??= readFileSync(new URL('./common.txt', import.meta.url), 'latin1');
  return holdsLine(list, password.toLowerCase());
}

/** Binary search in the sorted lines of a text: as fast as a set, without its memory. */
function holdsLine(text: string, line: string): boolean {
  let [from, to] = [0, text.length - 1];
  while (from < to) {
    const start = text.lastIndexOf('\n', Math.floor((from + to) / 2));
    const end = text.indexOf('\n', start + 1);
    const candidate = text.slice(start + 1, end);
    if (candidate === line) return true;
    if (candidate < line) from = end;
    else to = start;
  }
  return false;
}
