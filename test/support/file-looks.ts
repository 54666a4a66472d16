/** How a file has to look: its name, its length, and the sentence it opens with. */

import type { Source } from './house.ts';

/** The longest file that can be read at one sitting. */
const maxLines = 250;

/** How a file looks: its name, its length, and the sentence it opens with. */
export function looks({ path, text }: Source): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return [
    ...(/^(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.(?:test|config))?\.[jt]s$/.test(path)
      ? []
      : [`${path} is not in lower case`]),
    ...(/(?:^|\/)(?:helpers?|utils?|misc|common\/)|\.service\b|impl\b/i.test(path)
      ? [`${path} has a name that says nothing`]
      : []),
    ...(lines > maxLines && !isGenerated(text) ? [`${path} has ${lines} lines`] : []),
    ...(opensWithSentence(path, text)
      ? []
      : [`${path} does not open with one sentence that says what it is for`]),
  ];
}

/** A file that a program writes, and that is read by programs. */
function isGenerated(text: string): boolean {
  return /^.*\bgenerated from\b.*: do not edit\. \*\/\n/.test(text);
}

/** The first paragraph of the first comment is one sentence; plain JavaScript opens with a line comment. */
function opensWithSentence(path: string, text: string): boolean {
  const body = text.replace(/^#!.*\n/, '');
  const comment = path.endsWith('.js')
    ? /^\/\/ (.*)\n/.exec(body)
    : /^\/\*\* ([\s\S]*?) \*\/\n|^\/\*\*\n([\s\S]*?)\n \*\/\n/.exec(body);
  const paragraph = (comment?.[1] ?? comment?.[2] ?? '')
    .split(/\n \*\n/)[0]
    ?.replace(/^ \* ?/gm, '')
    .replace(/\s+/g, ' ');
  return /^[A-Z0-9`].*[.?:](?: \([^)]*\))?$/.test(paragraph ?? '') && !/[.?!] [A-Z`]/.test(paragraph ?? '');
}
