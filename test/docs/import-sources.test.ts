/** What the documentation says of the systems that accounts come from is what their formats say. */

import { expect, test } from 'vitest';
import { formatNames, loadFormat } from '../../src/maintenance/import/format-registry.ts';
import { blocks, part, read, rows, withoutTicks } from '../support/docs.ts';

const page = 'docs/import-sources.md';

/** The systems by their `--from`, with their headings; the native format has a page of its own. */
const headings = new Map(
  rows(part(page, '# Where accounts come from')).flatMap(([system = '', from]) => {
    const [, heading] = /^\[(.+)\]\(#/.exec(system) ?? [];
    return heading === undefined ? [] : [[withoutTicks(from), heading] as const];
  }),
);

const unwrapped = (text: string) => text.replace(/\n +/g, ' ');

test('every format has a part, in the order of the registry, and no other', () => {
  expect([...headings.keys()]).toEqual(formatNames.filter((name) => name !== 'gatehouse'));
});

test.each([...headings])('what %s leaves out is listed as the format says it', async (name, heading) => {
  const text = unwrapped(part(page, `## ${heading}`));
  const [, listed = ''] = text.split('What does not come over:\n\n');
  const { leavesOut } = await loadFormat(name);
  expect(listed.trim().split('\n')).toEqual(leavesOut.map((sentence) => `- ${sentence}`));
  expect(text).toMatch(new RegExp(`gatehouse import .*--from ${name}\\b`));
});

test('every command imports from a format that there is', () => {
  const named = blocks(page, 'sh').flatMap((block) =>
    [...block.matchAll(/--from (\S+)/g)].map(([, from]) => from),
  );
  expect(new Set(named)).toEqual(new Set(headings.keys()));
});

test('every part that a column can hold is described', () => {
  const [, parts = ''] =
    /^const parts = \[([\s\S]*?)\]/m.exec(read('src/maintenance/import/formats/csv.ts')) ?? [];
  const inCode = [...parts.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const described = rows(part(page, '## CSV')).flatMap(([first = '']) =>
    [...first.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(described.toSorted()).toEqual(inCode.toSorted());
});
