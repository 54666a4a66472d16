/** Holds real answers against the OpenAPI document: whatever it does not describe must not be answered. */

import type { IncomingHttpHeaders } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  type Content,
  type Header,
  type Method,
  type Operation,
  openapi,
  type Response,
  resolve,
} from './openapi/document.ts';

/** What was asked and what came back. */
export interface Observed {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly path: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The contracts that the server serves; by default all of them. */
  readonly contracts?: readonly string[];
}

const ajv = new Ajv2020({
  strict: true,
  strictTypes: false,
  // The last of the cookies may be missing.
  strictTuples: false,
  strictRequired: false,
  allErrors: true,
});
addFormats.default(ajv);
for (const [name, schema] of Object.entries(openapi.components.schemas)) ajv.addSchema(rooted(schema), name);

/** The paths of the document; what stands in braces is matched as its parameter says. */
const items = Object.entries(openapi.paths).map(([path, item]) => {
  const parameters = Object.values(item).flatMap((operation) =>
    (operation.parameters ?? []).map((parameter) => resolve(parameter, openapi.components.parameters ?? {})),
  );
  const pattern = path.replace(/\{(\w+)\}|[.$^*+?()|[\]\\]/g, (text, name?: string) => {
    if (name === undefined) return `\\${text}`;
    const parameter = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name);
    return `(?:${String(parameter?.schema['pattern']).replace(/^\^|\$$/g, '')})`;
  });
  return { pattern: new RegExp(`^${pattern}$`), item };
});

/** Statuses of what never became a request; answered in problem details, whatever the path. */
const unreadable = [400, 408, 431];

/**
 * Throws if the document does not describe an answer. Of a path or a method that is not in the document it must be
 * 404, 405 or a preflight, in the error body of the contract that owns the path (ruling G7).
 */
export function assertDescribed(answer: Observed): void {
  const operation = operationOf(answer);
  if (operation) assertOperation(answer, operation);
  else assertStray(answer);
  for (const name of ['server', 'x-powered-by']) {
    if (answer.headers[name] !== undefined) fail(answer, `with the header ${name}, which is never sent`);
  }
}

function operationOf(answer: Observed): Operation | undefined {
  return pathItem(answer)?.[answer.method.toLowerCase() as Method];
}

/** What the document says of a path; nothing where it belongs to a contract that is switched off (ruling W5). */
function pathItem(answer: Observed) {
  const [bare = ''] = answer.path.split('?');
  const item = items.find(({ pattern }) => pattern.test(bare))?.item;
  return item && Object.values(item).every(({ tags }) => tags.every((tag) => isServed(answer, tag)))
    ? item
    : undefined;
}

function isServed({ contracts }: Observed, tag: string): boolean {
  const canBeOff = ['envelope', 'rest', 'dotjson'].includes(tag);
  return !canBeOff || contracts === undefined || contracts.includes(tag);
}

function assertOperation(answer: Observed, { responses }: Operation): void {
  const { status } = answer;
  const described = responses[status] ?? (unreadable.includes(status) ? responses['4XX'] : undefined);
  if (!described) fail(answer, 'a status the document does not describe there');
  const response = resolve(described, openapi.components.responses);
  assertHeaders(answer, response);
  assertBody(answer, response.content);
}

/** A path or a method the document does not list. */
function assertStray(answer: Observed): void {
  const { method, status } = answer;
  assertHeaders(answer, nowhere);
  const known = pathItem(answer) !== undefined;
  if (unreadable.includes(status)) assertError(answer, 'problem');
  else if (method === 'OPTIONS' && status === 204) assertPreflight(answer);
  else assertRefused(answer, known, ownerOf(answer));
}

function assertRefused(answer: Observed, known: boolean, owner: Owner): void {
  const { status, headers } = answer;
  // With GATEHOUSE_…_STATUS=ok these two contracts show their refusals as 200.
  const allowed = [known ? 405 : 404, ...(owner === 'problem' ? [] : [200])];
  if (!allowed.includes(status)) fail(answer, `where only ${allowed.join(' or ')} can be answered`);
  if (known && headers.allow !== allowOf(answer)) fail(answer, `without Allow: ${allowOf(answer)}`);
  assertError(answer, owner);
}

function assertPreflight(answer: Observed): void {
  if (answer.text !== '') fail(answer, 'a preflight with a body');
  const { headers } = answer;
  if (!headers['access-control-allow-origin']) fail(answer, 'a preflight without CORS');
  // The method that the page asked for may follow.
  const allowed = String(headers['access-control-allow-methods']);
  if (!allowed.startsWith(allowOf(answer)))
    fail(answer, `a preflight that does not allow ${allowOf(answer)}`);
}

/** The methods the document lists for a path. */
function allowOf(answer: Observed): string {
  return Object.keys(pathItem(answer) ?? {})
    .map((method) => method.toUpperCase())
    .join(', ');
}

type Owner = 'envelope' | 'dotjson' | 'problem';

/** The contract whose error body answers an unknown path, as the document says. */
function ownerOf(answer: Observed): Owner {
  const [bare = ''] = answer.path.split('?');
  const isDotjson = /^\/(?:register|login|logout)\.json(?:\/|$)|^\/[^/]+\.json$/.test(bare);
  if (/^\/api\/auth(?:\/|$)/.test(bare)) return isServed(answer, 'envelope') ? 'envelope' : 'problem';
  if (bare === '/openapi.json') return 'problem';
  return isDotjson && isServed(answer, 'dotjson') ? 'dotjson' : 'problem';
}

const errorContent: Record<Owner, Content> = {
  envelope: { 'application/json': { schema: { $ref: '#/components/schemas/EnvelopeError' } } },
  dotjson: { 'application/json': { schema: { $ref: '#/components/schemas/DotjsonError' } } },
  problem: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function assertError(answer: Observed, owner: Owner): void {
  // HEAD has the headers of an error and not its body.
  assertBody(answer, answer.method === 'HEAD' ? undefined : errorContent[owner]);
}

/** The headers of every response, as the document lists them for any one of them. */
const nowhere: Response = resolve(
  { $ref: '#/components/responses/Unreadable' },
  openapi.components.responses,
);

function assertHeaders(answer: Observed, { headers }: Response): void {
  for (const [name, described] of Object.entries(headers)) {
    const header = resolve(described, openapi.components.headers);
    const sent = answer.headers[name.toLowerCase()];
    if (sent === undefined && header.required) fail(answer, `without the header ${name}`);
    if (sent !== undefined) assertHeader(answer, name, header, sent);
  }
  const setsCookie = Object.hasOwn(headers, 'Set-Cookie');
  if (answer.headers['set-cookie'] && !setsCookie) fail(answer, 'with a cookie that is not described');
}

function assertHeader(answer: Observed, name: string, header: Header, sent: string | string[]): void {
  const values = [sent].flat();
  if (header.schema['type'] === 'array') {
    const wrong = errorsOf(header.schema, values);
    if (wrong) fail(answer, `with ${name}: ${values.join(' | ')}: ${wrong}`);
    return;
  }
  const [text = ''] = values;
  const value = header.schema['type'] === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
  const wrong = values.length === 1 ? errorsOf(header.schema, value) : 'it was sent more than once';
  if (wrong) fail(answer, `with ${name}: ${values.join(' | ')}: ${wrong}`);
}

function assertBody(answer: Observed, content: Content | undefined): void {
  if (!content) {
    if (answer.text !== '') fail(answer, 'with a body where none is described');
    return;
  }
  const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
  const described = Object.hasOwn(content, type) ? content[type] : undefined;
  if (!described) fail(answer, `as ${type || 'nothing'}, not as ${Object.keys(content).join(' or ')}`);
  const body = bodyOf(answer);
  const wrong = errorsOf(described.schema, body);
  if (wrong) fail(answer, wrong);
  // Two promises that a schema cannot state (ruling E1; RFC 9457, section 3.1.2).
  const { request, status } = body as { request?: unknown; status?: unknown };
  if (type === 'application/problem+json' && status !== answer.status)
    fail(answer, `but its body says ${status}`);
  if (request !== undefined && request !== answer.headers['x-request-id']) {
    fail(answer, 'but `request` differs from X-Request-Id');
  }
}

function bodyOf(answer: Observed): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    return fail(answer, 'with a body that is not JSON');
  }
}

const compiled = new WeakMap<object, ReturnType<typeof ajv.compile>>();

/** What is wrong with a value, or `undefined`. */
function errorsOf(schema: object, value: unknown): string | undefined {
  const known = compiled.get(schema) ?? ajv.compile(rooted(schema));
  compiled.set(schema, known);
  if (known(value)) return undefined;
  return ajv.errorsText(known.errors, { dataVar: '' });
}

/** A schema whose references are bare names of components, which is what the validator knows them by. */
function rooted(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/components/schemas/', '"$ref":"'));
}

function fail({ method, path, status, text }: Observed, what: string): never {
  const body = text.length > 500 ? `${text.slice(0, 500)}…` : text;
  throw new Error(`${method} ${path} answered ${status}, ${what}\n${body}`);
}
