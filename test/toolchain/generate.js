// Writes the types of the client from the OpenAPI document; `--print` prints them instead.

import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../openapi/openapi.json', import.meta.url);
const types = new URL('../../src/client/schema.ts', import.meta.url);

const opening =
  '/** The HTTP interface as types, generated from openapi/openapi.json by `npm run client-schema`: do not edit. */';

/** What a program that calls the interface does not need to know of it. */
const untyped = new Set(['headers', 'example', 'examples', 'security', 'securitySchemes', 'head']);

/** A sentence with one number in it, as a pattern. */
const numbered = /^\^([\w ]+)\\d\+([\w ]+)\$$/;

const text = astToString(await openapiTS(pruned(read()), { immutable: true }));
// Components and operations are all that the client reads.
const needed = text
  .slice(text.indexOf('export interface components'))
  .replace(/^export type \$defs.*\n/m, '');
// A template literal type, so that programs can compare such a sentence.
const written = `${opening}\n\n${needed.replace(/"([^"]*)<number>([^"]*)"/g, '`$1$${number}$2`')}`;
if (process.argv.includes('--print')) process.stdout.write(written);
else writeFileSync(types, written);

/** The document without the routes that are no calls of a client: health checks, and the document itself. */
function read() {
  const { paths, ...rest } = JSON.parse(readFileSync(document, 'utf8'));
  const isCalled = ([, item]) => !Object.values(item).some(({ tags }) => tags?.includes('site'));
  return { ...rest, paths: Object.fromEntries(Object.entries(paths).filter(isCalled)) };
}

function pruned(value) {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  const [, before, after] = numbered.exec(value.pattern ?? '') ?? [];
  if (before !== undefined) return { const: `${before}<number>${after}` };
  const kept = Object.entries(value).filter(([key]) => !untyped.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, pruned(inner)]));
}
