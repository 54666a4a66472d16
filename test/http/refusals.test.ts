/** The OpenAPI document says of each route how it refuses, with the status, the type and the words of its contract. */

import { expect, test } from 'vitest';
import type { AnyRefusal, Contract, RefusalName, Route } from '../../src/http/contract.ts';
import { refusalReply } from '../../src/http/refusals/refusal-reply.ts';
import { siteWords } from '../../src/http/refusals/refusal-words.ts';
import { type Operation, openapi, resolve, type Schema } from '../support/openapi/document.ts';
import { expectedIn, queriesOf, refusalsOf } from '../support/openapi/route-refusals.ts';
import { listed } from '../support/openapi/routes.ts';

/** What follows from the method and the body. */
function general({ method, path, body, hashes }: Route): RefusalName[] {
  return [
    'malformed_request',
    'unmet_expectation',
    ...(path === '/healthz' ? [] : (['failed'] as const)),
    ...(['/healthz', '/openapi.json'].includes(path) ? [] : (['unavailable'] as const)),
    ...(method === 'GET' ? [] : (['cross_site', 'body_too_large'] as const)),
    ...(body === 'json'
      ? (['malformed_body', 'missing_field', 'unsupported_media_type', 'unsupported_encoding'] as const)
      : []),
    ...(hashes ? (['overloaded'] as const) : []),
  ];
}

/** A refusal as a client sees it, but for the body it is in. */
interface Shown {
  readonly status: number;
  readonly type?: unknown;
  readonly message: string;
}

/** How a contract words a refusal; once for each field that may be missing. */
function worded(contract: Contract, name: RefusalName, operation: Operation, query?: string): Shown[] {
  const details: readonly object[] =
    name === 'missing_field'
      ? fieldsOf(operation).map((field) => ({ field, expected: expectedIn[field] }))
      : [{ allowed: query, limit: name === 'password_too_long' ? 256 : 8 }];
  return details.map((detail) => {
    const { status, body } = refusalReply(contract, { refused: name, ...detail } as AnyRefusal, {
      requestId: 'id',
    });
    const { type, detail: said, error } = body as Record<string, unknown>;
    return { status, ...(type !== undefined && { type }), message: String(said ?? error) };
  });
}

function fieldsOf({ requestBody }: Operation): string[] {
  return Object.keys(Object(requestBody?.content['application/json']?.schema['properties']));
}

/** Everything the document says that an operation refuses with. */
function described({ responses }: Operation): Shown[] {
  return Object.entries(responses)
    .filter(([status]) => /^[45]\d\d$/.test(status))
    .flatMap(([status, response]) =>
      Object.values(resolve(response, openapi.components.responses).content ?? {})
        .flatMap(({ schema }) => saidBy(schema))
        .flatMap(({ type, messages }) =>
          messages.map((message) => ({
            status: Number(status),
            ...(type !== undefined && { type }),
            message,
          })),
        ),
    );
}

/** One way to satisfy a schema of an error body. */
interface Way {
  readonly type?: unknown;
  readonly messages: readonly string[];
}

function saidBy(written: Schema): Way[] {
  const schema = resolve(written, openapi.components.schemas) as Record<string, unknown>;
  const properties = Object(schema['properties']) as Record<string, Schema>;
  const some = [schema['oneOf'], schema['anyOf']].flat().filter(Boolean) as Schema[];
  if (some.length > 0) return some.flatMap(saidBy);
  const plain: Way = {
    type: properties['type']?.['const'],
    messages: textsOf(properties['detail'] ?? properties['error'] ?? {}),
  };
  const all = ((schema['allOf'] ?? []) as Schema[]).map(saidBy);
  return all.reduce<Way[]>(
    (ways, more) =>
      ways.flatMap((way) =>
        more.map(({ type, messages }) => ({
          type: type ?? way.type,
          messages: messages.length > 0 ? messages : way.messages,
        })),
      ),
    [plain],
  );
}

/** The texts that a schema allows; a pattern stands between slashes. */
function textsOf(written: Schema): string[] {
  const schema = resolve(written, openapi.components.schemas) as Record<string, unknown>;
  if (schema['anyOf']) return (schema['anyOf'] as Schema[]).flatMap(textsOf);
  if (schema['pattern']) return [`/${schema['pattern']}/`];
  return [schema['const'], schema['enum']].flat().filter((text) => typeof text === 'string');
}

/** As a document with a pattern in it writes a message that has a number of the settings. */
function asDescribed({ message, ...shown }: Shown): Shown {
  return { ...shown, message: message.replace(/^(Password must have at least) 8 (.*)$/, '/^$1 \\d+ $2$/') };
}

const sorted = (all: readonly Shown[]) => [...new Set(all.map((shown) => JSON.stringify(shown)))].toSorted();

const routes = listed.flatMap((contract) =>
  contract.routes.map((route) => {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    return [`${route.method} ${path}`, contract, route, openapi.paths[path]] as const;
  }),
);

test.each(routes)(
  '%s: the document has its refusals word for word, and no others',
  (at, contract, route, item) => {
    const operation = item?.[route.method.toLowerCase() as 'get' | 'post' | 'delete'] as Operation;
    const names = [...general(route), ...(refusalsOf[at] ?? [])];
    const given = names.flatMap((name) => worded(contract, name, operation, queriesOf[at])).map(asDescribed);
    // Without an entry of its own, 400 is among what could not be read at all.
    const entered = given.filter(({ status }) => status !== 400 || '400' in operation.responses);
    expect(sorted(described(operation))).toEqual(sorted(entered));
  },
);

test('every refusal there is belongs to some route; a path or a method that is unknown belongs to none', () => {
  const given = routes.flatMap(([at, , route]) => [...general(route), ...(refusalsOf[at] ?? [])]);
  // A login that has to enrol is answered as a success (ruling F6).
  const all = Object.keys(siteWords).filter(
    (name) => !['unknown_route', 'method_not_allowed', 'enrolment_required'].includes(name),
  );
  expect([...new Set(given)].toSorted()).toEqual(all.toSorted());
});

test('HEAD has the statuses of GET, and no body', () => {
  const both = Object.values(openapi.paths).filter(({ get }) => get);
  expect(both.length).toBeGreaterThan(5);
  for (const { get, head } of both) {
    expect(Object.keys(head?.responses ?? {})).toEqual(Object.keys(get?.responses ?? {}));
    for (const response of Object.values(head?.responses ?? {}))
      expect(resolve(response, openapi.components.responses)).not.toHaveProperty('content');
  }
});
