/** The table of options and the tables of docs/settings.md have the same rows. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { secretFileNames } from '../../src/settings/environment/secret-files.ts';
import { table } from '../../src/settings/option-table.ts';

/** The rows of the tables of docs/settings.md whose first cell is a name, as lists of cells. */
function documentedRows(): string[][] {
  return readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\| `[A-Z0-9_]+` \|/.test(line))
    .map((line) => line.slice(2, -2).split(' | '));
}

test('docs/settings.md has a row for every setting, in the words of the table, and for nothing else', () => {
  const rows = documentedRows().filter((cells) => cells.length === 3);
  expect(rows.map(([name]) => name)).toEqual(Object.values(table).map(({ env }) => `\`${env}\``));
  for (const [n, setting] of Object.values(table).entries()) {
    const [, byDefault, meaning] = rows[n] ?? [];
    // A setting that starts out unset shows a word in place of a value.
    if (setting.default === '') expect(byDefault, setting.env).toMatch(/^\*[a-z]+\*$/);
    else expect(byDefault, setting.env).toBe(`\`${setting.default}\``);
    expect(meaning).toBe(setting.meaning);
  }
});

test('docs/settings.md names the variable for the file of every secret setting, and no other', () => {
  const rows = documentedRows().filter(([name]) => name?.endsWith('_FILE`'));
  const files = rows.filter(([, content]) => content?.startsWith('the value of'));
  expect(files).toEqual(
    secretFileNames.map((name) => [`\`${name}\``, `the value of \`${name.replace(/_FILE$/, '')}\``]),
  );
});
