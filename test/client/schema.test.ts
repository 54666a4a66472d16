/** The types of the client are those of the OpenAPI document, and every call in it has a verb. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { openapi } from '../support/openapi/document.ts';
import { root } from '../support/process.ts';

test('the committed types are what the document generates (if not: npm run client-schema)', () => {
  const generated = execFileSync(process.execPath, ['test/toolchain/generate.js', '--print'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(generated.split('\n').length).toBeGreaterThan(1_000);
  expect(readFileSync(join(root, 'src/client/schema.ts'), 'utf8')).toBe(generated);
});

type Verbs = Readonly<Record<string, (...args: unknown[]) => Promise<unknown>>>;

/** Arguments that any verb takes: a path needs a handle, everything else a body or a page. */
const argumentsOf = (name: string) =>
  /\.(?:end|distrust|rename|remove)$/.test(name) ? ['q7w2e9r4t1y6u3i8', {}] : [{}];

test('every call of the document is a verb of the client, and every verb is in the document', async () => {
  const asked: string[] = [];
  const {
    session,
    onSignedOut: _,
    ...groups
  } = createClient({
    baseUrl: 'https://auth.example.com',
    async fetch(url, init) {
      const { pathname, search } = new URL(String(url));
      const path = pathname.replace('q7w2e9r4t1y6u3i8', '{handle}');
      asked.push(`${init?.method} ${path}${search}`);
      return Response.json({}, { status: 500 });
    },
  });
  await session();
  for (const [group, verbs] of Object.entries(groups))
    for (const [verb, call] of Object.entries(verbs as unknown as Verbs))
      await expect(call(...argumentsOf(`${group}.${verb}`))).rejects.toThrow();
  const described = Object.entries(openapi.paths).flatMap(([path, item]) =>
    Object.entries(item)
      // Forward authentication is for proxies.
      .filter(([method, { tags }]) => method !== 'head' && !tags.includes('site') && path !== '/auth/forward')
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.length).toBeGreaterThan(20);
  expect(asked.toSorted()).toEqual([...described, 'DELETE /auth/sessions?all=true'].toSorted());
});
