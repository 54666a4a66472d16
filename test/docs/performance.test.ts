/** The page with the figures: exactly what the bench writes from the results that are kept beside it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePage } from '../../bench/page/page.ts';
import { temporaryFolder } from '../support/server.ts';

const docs = new URL('../../docs/', import.meta.url).pathname;
const [page, plots] = ['performance.md', 'performance'];

test('the page and its plots are those of the results, and nothing else is there', () => {
  const folder = temporaryFolder();
  writePage(join(docs, plots, 'results.json'), folder);
  const names = readdirSync(join(folder, plots)).sort();
  expect(readdirSync(join(docs, plots)).sort()).toEqual(names);
  for (const name of [page, ...names.map((name) => join(plots, name))])
    expect(readFileSync(join(docs, name), 'utf8'), name).toBe(readFileSync(join(folder, name), 'utf8'));
});

test('the page opens with checks per second beside the peers, and the README shows the same plot', () => {
  const [, , first = ''] = readFileSync(join(docs, page), 'utf8').split('\n');
  const [, title, plot = ''] = /^!\[(.+)\]\((.+)\)$/.exec(first) ?? [];
  expect(title).toBe('Session checks per second, 1,000 live sessions');
  const drawn = readFileSync(join(docs, plot), 'utf8');
  for (const who of [
    'Gatehouse on SQLite',
    'Gatehouse on PostgreSQL',
    'bare node:http, the limit',
    'better-auth',
  ])
    expect(drawn).toContain(`>${who}</text>`);
  const readme = readFileSync(join(docs, '..', 'README.md'), 'utf8');
  const shown = readme.match(/!\[[^\]]*\]\([^)]*\)/g) ?? [];
  expect(shown.filter((image) => !image.includes('](docs/images/'))).toEqual([`![${title}](docs/${plot})`]);
});

test('the page names a command that can be run again, and every case has figures', () => {
  const { command, notes, figures } = JSON.parse(readFileSync(join(docs, plots, 'results.json'), 'utf8')) as {
    command: string;
    notes: string[];
    figures: { case: string }[];
  };
  expect(readFileSync(join(docs, page), 'utf8')).toContain(`\n${command}\n`);
  expect(command).toMatch(/^npm run bench -- /);
  expect(notes).toEqual([]);
  expect([...new Set(figures.map((figure) => figure.case))].sort()).toEqual([
    'check',
    'cold checks',
    'commits',
    'flood',
    'growth',
    'login',
    'memory',
    'questions',
    'revocation',
    'size',
    'start',
    'workers',
    'writes',
  ]);
});
