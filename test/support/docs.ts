/** Reads the documentation: its pages, their parts, tables and fenced blocks. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The text of a file of the repository. */
export const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Every page of the documentation. */
export const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...(readdirSync(join(root, 'docs'), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The contents of the fenced blocks of one kind. */
export function blocks(file: string, kind: string): string[] {
  return [...read(file).matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text ?? '',
  );
}

/** The cells of all rows of tables, without the backticks around the first two. */
export function rows(text: string): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row]) =>
    (row ?? '').split(' | ').map((cell) => cell.trim()),
  );
}

/** A part of a page, from its heading to the next one of the same rank or a higher one. */
export function part(file: string, heading: string): string {
  const [, text] = new RegExp(`^${heading}\\n(.*?)(?=^##? |(?![^]))`, 'ms').exec(read(file)) ?? [];
  if (text === undefined) throw new Error(`${file} has no part "${heading}"`);
  return text;
}

/** The anchors of the headings of a page, as GitHub makes them. */
export function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

export const withoutTicks = (cell: string | undefined) => (cell ?? '').replace(/^`(.*)`$/, '$1');
