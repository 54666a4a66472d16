/** The page about ASVS judges every requirement once, counts right, and names only tests, files and rulings that exist. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { part, read, root, rows } from '../support/docs.ts';

const page = 'docs/asvs.md';

/** The requirements of OWASP ASVS 5.0.0 in the chapters of the page, by level: `6.2 1 2` is 6.2.1 and 6.2.2. */
const standard = {
  1: `3.2 1 2, 3.3 1, 3.4 1 2, 3.5 1 2 3, 4.1 1, 4.4 1, 6.1 1, 6.2 1 2 3 4 5 6 7 8, 6.3 1 2, 6.4 1 2, 7.2 1 2 3 4,
    7.4 1 2, 8.1 1, 8.2 1 2, 8.3 1, 9.1 1 2 3, 9.2 1, 11.3 1 2, 11.4 1, 13.4 1, 14.2 1, 14.3 1`,
  2: `3.3 2 3 4, 3.4 3 4 5 6, 3.5 4 5, 3.7 1 2, 4.1 2 3, 4.2 1, 4.3 1 2, 4.4 2 3 4, 6.1 2 3, 6.2 9 10 11 12, 6.3 3 4,
    6.4 3 4, 6.5 1 2 3 4 5, 6.6 1 2 3, 6.8 1 2 3 4, 7.1 1 2 3, 7.3 1 2, 7.4 3 4 5, 7.5 1 2, 7.6 1 2, 8.1 2, 8.2 3,
    8.4 1, 9.2 2 3 4, 11.1 1 2, 11.2 1 2 3, 11.3 3, 11.4 2 3 4, 11.5 1, 11.6 1, 13.1 1, 13.2 1 2 3 4 5, 13.3 1 2,
    13.4 2 3 4 5, 14.1 1 2, 14.2 2 3 4, 14.3 2 3, 16.1 1, 16.2 1 2 3 4 5, 16.3 1 2 3 4, 16.4 1 2 3, 16.5 1 2 3`,
};

/** `3.2.1 at level 1`, and so on. */
const required = Object.entries(standard).flatMap(([level, sections]) =>
  sections.split(',').flatMap((entry) => {
    const [section, ...numbers] = entry.trim().split(' ');
    return numbers.map((number) => `${section}.${number} at level ${level}`);
  }),
);

const verdicts = ['met', 'deviation', 'open', 'not applicable'] as const;

/** A row of one of the tables of requirements. */
interface Judged {
  readonly id: string;
  readonly level: string;
  readonly verdict: string;
  readonly because: string;
  /** The number in the heading above the table. */
  readonly section: string;
}

const judged: Judged[] = read(page)
  .split(/^### /m)
  .slice(1)
  .flatMap((text) => {
    const [section = ''] = text.split(' ');
    return rows(text)
      .filter(([id]) => /^\d/.test(id ?? ''))
      .map(([id = '', level = '', , verdict = '', because = '']) => ({
        id,
        level,
        verdict,
        because,
        section,
      }));
  });

/** Files of the repository that a text names, and the titles it quotes behind each. */
function evidence(text: string): { path: string; titles: string[] }[] {
  return [...text.matchAll(/`((?:test|src|docs|scripts|bin)\/[^`]+|NOTICE)`([^`]*)/g)].map(
    ([, path, rest]) => ({
      path: String(path),
      titles: [...String(rest).matchAll(/"([^"]+)"/g)].map(([, title]) => String(title)),
    }),
  );
}

test('every requirement of the chapters and levels is there once, in order, below its section', () => {
  expect(required).toHaveLength(148);
  const found = judged.map(({ id, level }) => `${id} at level ${level}`);
  expect(found.toSorted()).toEqual(required.toSorted());
  const inOrder = judged.map(({ id }) =>
    id
      .split('.')
      .map((number) => number.padStart(2, '0'))
      .join('.'),
  );
  expect(inOrder).toEqual(inOrder.toSorted());
  expect(judged.filter(({ id, section }) => !id.startsWith(`${section}.`))).toEqual([]);
});

test('every verdict is one of four, and has a reason', () => {
  expect(judged.filter(({ verdict }) => !(verdicts as readonly string[]).includes(verdict))).toEqual([]);
  expect(judged.filter(({ because }) => because.length < 20)).toEqual([]);
});

test('every requirement that is met names a file or a page', () => {
  const shown = ({ because }: Judged) => evidence(because).length > 0 || /\]\([\w/]+\.md/.test(because);
  const met = judged.filter(({ verdict }) => verdict === 'met');
  expect(met.length).toBeGreaterThan(60);
  expect(met.filter((row) => !shown(row)).map(({ id }) => id)).toEqual([]);
});

test('every file that is named exists, and every test that is quoted is in it', () => {
  const named = judged.flatMap(({ id, because }) => evidence(because).map((one) => ({ id, ...one })));
  expect(named.length).toBeGreaterThan(60);
  const lacking = named.flatMap(({ id, path, titles }) => {
    if (!existsSync(join(root, path))) return [`${id}: ${path}`];
    const text = read(path);
    return titles
      .filter((title) => !["'", '`', '"'].some((quote) => text.includes(`${quote}${title}${quote}`)))
      .map((title) => `${id}: ${path}: ${title}`);
  });
  expect(lacking).toEqual([]);
});

test('every deviation names the ruling that forces it', () => {
  const rulings = [...read('docs/rulings.md').matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, id]) =>
    String(id),
  );
  const cited = (text: string) =>
    [...text.matchAll(/\[([A-Z]\d+)\]\(rulings\.md#/g)].map(([, ruling]) => String(ruling));
  const deviations = judged.filter(({ verdict }) => verdict === 'deviation');
  expect(deviations.filter(({ because }) => cited(because).length === 0).map(({ id }) => id)).toEqual([]);
  expect(judged.flatMap(({ because }) => cited(because)).filter((id) => !rulings.includes(id))).toEqual([]);
});

test('a requirement that is not met is forced by a contract', () => {
  const idsOf = (what: string) => judged.filter(({ verdict }) => verdict === what).map(({ id }) => id);
  expect(idsOf('deviation')).toEqual([
    '3.3.1',
    '3.3.3',
    '3.3.4',
    '6.5.5',
    '7.2.3',
    '7.2.4',
    '11.5.1',
    '14.2.1',
  ]);
  expect(idsOf('open')).toEqual([]);
});

test('the totals are those of the tables', () => {
  const counted = (chapter: string) => {
    const own = judged.filter(({ id }) => chapter === 'all' || `V${id.split('.')[0]}` === chapter);
    return [own.length, ...verdicts.map((name) => own.filter(({ verdict }) => verdict === name).length)];
  };
  const chapters = ['V3', 'V4', 'V6', 'V7', 'V8', 'V9', 'V11', 'V13', 'V14', 'V16', 'all'];
  const stated = rows(part(page, '## Totals')).filter(([name]) => /^(?:V\d+\b|all$)/.test(name ?? ''));
  expect(stated.map(([name = '', ...numbers]) => [name.split(' ')[0], ...numbers.map(Number)])).toEqual(
    chapters.map((chapter) => [chapter, ...counted(chapter)]),
  );
});
