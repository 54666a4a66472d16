/** What cases say about an answer: each throws `Broken`, in words that need no knowledge of this project. */

import type { Answer } from './client/exchange.ts';
import { Broken } from './verdicts.ts';
import type { Wire } from './wire.ts';

/** The fields of a JSON object, or `undefined` if the body is no JSON object. */
export function fieldsOf({ text }: Pick<Answer, 'text'>): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The fields of a body that has to be a JSON object. */
export function jsonOf(answer: Answer): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(answer);
  if (fields) return fields;
  throw new Broken('a body that is one JSON object', bodyOf(answer), answer);
}

/** A body in a few words. */
export function bodyOf({ text, headers }: Answer): string {
  if (text === '') return 'an empty body';
  const what = /^\s*<(?:!doctype|html)/i.test(text)
    ? 'a page of HTML'
    : `a body of type ${headers['content-type'] ?? 'unknown'}`;
  const start = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return `${what}: ${start.replace(/\s+/g, ' ')}`;
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Broken(`status ${status}`, `status ${answer.status}`, answer);
}

export function expectSuccess(answer: Answer): void {
  if (answer.status < 200 || answer.status > 299)
    throw new Broken('a status of success (2xx)', `status ${answer.status} with ${bodyOf(answer)}`, answer);
}

/** Each of these fields is a string with something in it. */
export function expectStrings(answer: Answer, ...names: string[]): Readonly<Record<string, string>> {
  const fields = jsonOf(answer);
  for (const name of names) {
    const value = fields[name];
    if (typeof value !== 'string' || value === '')
      throw new Broken(
        `the field "${name}" with a text`,
        value === undefined ? `a body without it: ${answer.text.slice(0, 200)}` : JSON.stringify(value),
        answer,
      );
  }
  return fields as Record<string, string>;
}

/** The body has these fields and no other. */
export function expectOnly(answer: Answer, ...names: string[]): void {
  expectNoOthers(answer, names);
}

function expectNoOthers(answer: Answer, names: readonly string[]): void {
  // A server that requires second factors says so in a field more.
  const others = Object.keys(jsonOf(answer)).filter(
    (name) => !names.includes(name) && name !== 'enrolment_required',
  );
  if (others.length > 0)
    throw new Broken(`only the fields ${names.join(', ')}`, `also ${others.join(', ')}`, answer);
}

export function expectText(answer: Answer, field: string, text: string): void {
  const { [field]: value } = jsonOf(answer);
  if (value !== text)
    throw new Broken(
      `the field "${field}" with ${JSON.stringify(text)}`,
      `${JSON.stringify(value) ?? 'none'}`,
      answer,
    );
}

export function expectMatch(answer: Answer, field: string, pattern: RegExp, words: string): void {
  const { [field]: value } = expectStrings(answer, field);
  if (!pattern.test(String(value)))
    throw new Broken(`the field "${field}" to be ${words}`, JSON.stringify(value), answer);
}

/** A refusal in the error body of its contract, whatever its status and sentence. */
export function expectRefusal(wire: Wire, answer: Answer, statusOk: boolean): void {
  if (answer.status < 400 && !(statusOk && wire.contract !== 'rest'))
    throw new Broken('a refusal (status 4xx)', `status ${answer.status} with ${bodyOf(answer)}`, answer);
  if (answer.status >= 500) throw new Broken('a refusal (status 4xx)', `status ${answer.status}`, answer);
  expectStrings(answer, wire.errorField);
}

/**
 * A refusal with this status, of the media type of its contract and with no other fields than it has. In the mode `ok` a
 * refusal of `envelope` and `dotjson` has status 200.
 */
export function expectRefusedWith(wire: Wire, answer: Answer, status: number, statusOk: boolean): void {
  const isProblem = wire.contract === 'rest';
  expectStatus(answer, statusOk && !isProblem ? 200 : status);
  expectNoOthers(answer, wire.errorFields);
  expectHeader(
    answer,
    'Content-Type',
    new RegExp(`^${RegExp.escape(wire.errorType)}(?:$|;)`, 'i'),
    wire.errorType,
  );
  if (!isProblem) return;
  expectText(answer, 'type', 'about:blank');
  const { status: named } = jsonOf(answer);
  if (named !== status) throw new Broken(`"status": ${status}`, JSON.stringify(named) ?? 'none', answer);
}

export function header({ headers }: Answer, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function expectHeader(answer: Answer, name: string, pattern: RegExp, words: string): void {
  const value = header(answer, name);
  if (value === undefined || !pattern.test(value))
    throw new Broken(`the header ${name}: ${words}`, value === undefined ? 'no such header' : value, answer);
}

export function expectNoCookie(answer: Answer): void {
  const lines = answer.headers['set-cookie'];
  if (lines) throw new Broken('no Set-Cookie', `Set-Cookie: ${lines.join(' | ')}`, answer);
}
