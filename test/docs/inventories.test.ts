/** The inventories of the page about security, and of the log, are complete: they are compared with the code. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { table } from '../../src/settings/option-table.ts';
import { tables } from '../../src/storage/postgres/schema.ts';
import { part, read, root, rows } from '../support/docs.ts';
import { type Operation, openapi } from '../support/openapi/document.ts';

const page = 'docs/security.md';

/** Every source file with its text. */
const sources = (readdirSync(join(root, 'src'), { recursive: true }) as string[])
  .filter((name) => /\.[jt]s$/.test(name))
  .map((name) => ({ path: `src/${name}`, text: read(`src/${name}`) }));

/** What stands between backticks in one column of the tables of a part. */
function ticked(heading: string, column: number): string[] {
  return rows(part(page, heading)).flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, text]) => String(text)),
  );
}

/** The fields that a request body must have. */
function requiredFields({ requestBody }: Operation): string[] {
  const { schema } = requestBody?.content['application/json'] ?? {};
  return (schema?.['required'] as string[] | undefined) ?? [];
}

test('every route that takes a password, a token or a passkey is among the ways to authenticate, and no other', () => {
  const secrets = ['password', 'current_password', 'token', 'response'];
  const taking = Object.entries(openapi.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => requiredFields(operation).some((field) => secrets.includes(field)))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(taking.length).toBeGreaterThan(8);
  const named = ticked('## Ways to authenticate', 0);
  expect(named.filter((way) => /^[A-Z]+ \//.test(way)).toSorted()).toEqual(taking.toSorted());
  expect(named).toEqual(expect.arrayContaining(['gatehouse user add', 'gatehouse user set-password-link']));
});

test('every function of node:crypto in use is in the table of cryptography, with its file, and no other', () => {
  const imported = sources.flatMap(({ path, text }) => {
    const [, names = ''] = /^import \{([^}]+)\} from 'node:crypto';/m.exec(text) ?? [];
    return names.split(',').flatMap((name) => (name.trim() ? [`${name.trim()} in ${path}`] : []));
  });
  expect(imported.length).toBeGreaterThan(4);
  const documented = rows(part(page, '## Cryptography')).flatMap(([, made = '', where = '']) =>
    [...made.matchAll(/`(\w+)`/g)].map(([, name]) => `${name} in ${where.replaceAll('`', '')}`),
  );
  expect([...new Set(documented)].toSorted()).toEqual(imported.toSorted());
});

test('every setting that names an address or a folder is in the table of connections', () => {
  const settings = Object.values(table).filter(({ env, secret }) =>
    secret ? true : /(?:^|_)(?:HOST|PORT|OUTBOX)$/.test(env),
  );
  expect(settings.length).toBeGreaterThan(6);
  const named = ticked('## Connections', 1);
  expect(settings.map(({ env }) => env).filter((env) => !named.includes(env))).toEqual([]);
});

test('every table of the store has a level of protection', () => {
  const named = ticked('## Levels of protection', 2);
  expect(tables.filter((name) => !named.includes(name))).toEqual([]);
  expect(named.filter((name) => !(tables as readonly string[]).includes(name))).toEqual([]);
});

test('every message of the log is in the table of the log', () => {
  const messages = sources
    .filter(({ path }) => !path.startsWith('src/cli/'))
    .flatMap(({ text }) => [...text.matchAll(/\blog\.(?:info|warn|error)\((?:[^;]*?, )?'([^']+)'\)/g)])
    .map(([, message]) => String(message));
  expect(messages.length).toBeGreaterThan(15);
  const documented = part('docs/operating.md', '## Logs');
  expect(messages.filter((message) => !documented.includes(`\`${message}\``))).toEqual([]);
});
