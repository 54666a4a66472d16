/** The sentences and table rows of a contract's page, without its examples. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/process.ts';

/** Text on one line, as a quote has it. */
export const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Every sentence and every row of the tables, in the order of the page. */
export function sentencesOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return text.split(/\n{2,}/).flatMap((block) => {
    if (block.startsWith('#')) return [];
    const lines = block.split('\n');
    // The head of a table and the line below it promise nothing.
    if (block.startsWith('|')) return lines.slice(2).map(flat).filter(Boolean);
    return flat(block)
      .split(/(?<=[.:])\s+(?=[A-Z`?[])/)
      .filter(Boolean);
  });
}
