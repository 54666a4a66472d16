/** The OpenAPI document: served, clean and complete. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { openapi } from '../support/openapi/document.ts';
import { listed } from '../support/openapi/routes.ts';
import { startServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `METHOD path` of every operation in the document. */
const described = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
);

test('the document is served at /openapi.json as JSON, to GET and to HEAD', async () => {
  const server = await startServer();
  const answer = await server.send({ path: '/openapi.json' });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.json).toEqual(openapi);

  const head = await server.send({ method: 'HEAD', path: '/openapi.json' });
  expect(head.status).toBe(200);
  expect(head.headers['content-type']).toBe('application/json');
});

test('the document carries the version of the package', () => {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  expect(openapi.info.version).toBe(version);
});

test('openapi.json follows from openapi.yaml: run `npm run openapi` after a change', () => {
  expect(openapi).toEqual(parse(readFileSync(`${root}/openapi/openapi.yaml`, 'utf8')));
});

test('the linter reports nothing about the document', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/lint-openapi.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout + stderr).not.toMatch(/warning|unused/i);
  expect(stdout + stderr).toContain('openapi.yaml: validated');
});

/** The methods that a route of any method has in the document. */
const anyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

test('every route of every contract is described, and nothing else', () => {
  const routes = listed.flatMap((contract) => contract.routes);
  const served = routes.flatMap((route) => {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const reading = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
    return (route.anyMethod ? anyMethod : reading).map((method) => `${method} ${path}`);
  });
  expect(described.toSorted()).toEqual(served.toSorted());
});

for (const operation of described) {
  test(`the server has the described operation ${operation}`, async () => {
    const server = await startServer();
    const [method = '', template = ''] = operation.split(' ');
    const path = filled(template);
    const { status, text } = await server.send({
      method,
      path,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect([200, 204, 401, 415], text).toContain(status);
  });
}

test('the server has no other method at a described path', async () => {
  const server = await startServer();
  for (const template of Object.keys(openapi.paths)) {
    const path = filled(template);
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (described.includes(`${method} ${template}`)) continue;
      expect((await server.send({ method, path })).status, `${method} ${path}`).toBe(405);
    }
  }
});

test('an expectation that cannot be met is 417 on every path, as described', async () => {
  const server = await startServer();
  for (const operation of described) {
    const [method = '', template = ''] = operation.split(' ');
    const { status } = await server.send({
      method,
      path: filled(template),
      headers: { expect: 'a miracle' },
    });
    expect(status, operation).toBe(417);
  }
});

test('every operation says how it is throttled, and 429 is described where it is, and nowhere else', () => {
  const throttles = {
    'Not throttled.': false,
    'Throttled: every attempt counts against the account and the client network, or against a known device alone. A successful attempt is not counted.': true,
    'Throttled: every attempt counts against the client network. A successful attempt is not counted.': true,
    'Throttled: every attempt counts against the client network, and a second step against the account as well, or against a known device alone. A successful attempt is not counted.': true,
    'Throttled: `login` has a count of its own for the client network, and a password counts as in a login.': true,
    'Throttled: an attempt that passes the rules of form counts against the client network.': true,
    'Throttled: one recipient gets at most three verification mails an hour.': true,
  };
  for (const item of Object.values(openapi.paths)) {
    for (const { operationId, description, responses } of Object.values(item)) {
      const said = Object.entries(throttles).filter(([sentence]) => description.endsWith(sentence));
      expect(
        said.map(([, counts]) => counts),
        operationId,
      ).toEqual(['429' in responses]);
    }
  }
});

test('every object of the document that is answered lists all its properties', () => {
  const schemas = Object.values(openapi.components.schemas);
  const objects = schemas.flatMap(objectsIn);
  expect(objects.length).toBeGreaterThan(15);
  for (const schema of objects) {
    expect(schema, JSON.stringify(schema)).toMatchObject({ additionalProperties: false });
    expect(Object.keys(Object(schema['properties'])).sort()).toEqual(
      [...Array.from(schema['required'] as string[])].sort(),
    );
  }
});

/** Every schema of an object in a schema. */
function objectsIn(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inside = Object.values(schema).flatMap(objectsIn);
  const own = schema as Record<string, unknown>;
  return own['type'] === 'object' ? [own, ...inside] : inside;
}

/** A path of the document with an example in place of each parameter. */
function filled(template: string): string {
  return template.replaceAll('{handle}', 'q7w2e9r4t1y6u3i8');
}
