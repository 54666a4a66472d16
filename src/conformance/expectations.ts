/** What cases expect of an answer; each throws `Failure`, in words that need no knowledge of this project. */

import type { Answer } from './client/exchange.ts';
import type { Protocol } from './protocol.ts';
import { Failure } from './verdicts.ts';

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
  throw new Failure('a body that is one JSON object', bodyOf(answer), answer);
}

/** The session id in the body of an answer. */
export function sessionIdOf({ idField }: Protocol, answer: Answer): string | undefined {
  const { [idField]: id } = fieldsOf(answer) ?? {};
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Whether a request was done. With status 200 for refusals, too, the body tells. */
export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300 && fieldsOf(answer)?.['error'] === undefined;
}

/** The start of a body, for people. */
export function bodyOf({ text, headers }: Answer): string {
  if (text === '') return 'an empty body';
  const what = /^\s*<(?:!doctype|html)/i.test(text)
    ? 'a page of HTML'
    : `a body of type ${headers['content-type'] ?? 'unknown'}`;
  const start = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return `${what}: ${start.replace(/\s+/g, ' ')}`;
}

export function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Failure(`status ${status}`, `status ${answer.status}`, answer);
}

/** A status of 2xx, and no error in the body. */
export function expectSuccess(answer: Answer): void {
  if (!isSuccess(answer)) throw new Failure('a success (2xx)', inShort(answer), answer);
}

/** A login that began a session, whatever else its answer has. */
export function expectLogin(protocol: Protocol, answer: Answer): void {
  if (sessionIdOf(protocol, answer) === undefined) throw new Failure('a login', inShort(answer), answer);
}

/** No session, whatever the status. */
export function expectNoLogin(protocol: Protocol, answer: Answer): void {
  if (sessionIdOf(protocol, answer) !== undefined) throw new Failure('a refusal', 'a login', answer);
}

/** Each of these fields is a string with something in it. */
export function expectStrings(answer: Answer, ...names: string[]): Readonly<Record<string, string>> {
  const fields = jsonOf(answer);
  for (const name of names) {
    const value = fields[name];
    if (typeof value !== 'string' || value === '')
      throw new Failure(
        `the field "${name}" with a text`,
        value === undefined ? `a body without it: ${answer.text.slice(0, 200)}` : JSON.stringify(value),
        answer,
      );
  }
  return fields as Record<string, string>;
}

/** The body has no other fields than these. */
export function expectOnly(answer: Answer, names: readonly string[]): void {
  // A server that requires second factors says so in one field more.
  const others = Object.keys(jsonOf(answer)).filter(
    (name) => !names.includes(name) && name !== 'enrolment_required',
  );
  if (others.length > 0)
    throw new Failure(`only the fields ${names.join(', ')}`, `also ${others.join(', ')}`, answer);
}

export function expectText(answer: Answer, field: string, text: string): void {
  const { [field]: value } = jsonOf(answer);
  if (value !== text)
    throw new Failure(
      `the field "${field}" with ${JSON.stringify(text)}`,
      `${JSON.stringify(value) ?? 'none'}`,
      answer,
    );
}

export function expectMatch(answer: Answer, field: string, pattern: RegExp, words: string): void {
  const { [field]: value } = expectStrings(answer, field);
  if (!pattern.test(String(value)))
    throw new Failure(`the field "${field}" to be ${words}`, JSON.stringify(value), answer);
}

/**
 * A refusal as far as the contract itself describes one: a status of `rest`, an error body of the others. What the rulings
 * add is judged by `expectRefusedWith`.
 */
export function expectRefusal(protocol: Protocol, answer: Answer): void {
  expectNoLogin(protocol, answer);
  const isRefused = protocol.contract === 'rest' ? answer.status >= 400 : !isSuccess(answer);
  if (!isRefused || answer.status >= 500) throw new Failure('a refusal', inShort(answer), answer);
  if (protocol.contract !== 'rest') expectStrings(answer, protocol.errorField);
}

/**
 * A refusal with this status, of the media type of its contract and with no other fields than it has. In the mode `ok` a
 * refusal of `envelope` and `dotjson` has status 200.
 */
export function expectRefusedWith(
  protocol: Protocol,
  answer: Answer,
  status: number,
  statusOk: boolean,
): void {
  const isProblem = protocol.contract === 'rest';
  expectStatus(answer, statusOk && !isProblem ? 200 : status);
  expectOnly(answer, protocol.errorFields);
  expectHeader(
    answer,
    'Content-Type',
    new RegExp(`^${RegExp.escape(protocol.errorType)}(?:$|;)`, 'i'),
    protocol.errorType,
  );
  if (!isProblem) return;
  expectText(answer, 'type', 'about:blank');
  const { status: named } = jsonOf(answer);
  if (named !== status) throw new Failure(`"status": ${status}`, JSON.stringify(named) ?? 'none', answer);
}

export function header({ headers }: Answer, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function expectHeader(answer: Answer, name: string, pattern: RegExp, words: string): void {
  const value = header(answer, name);
  if (value === undefined || !pattern.test(value))
    throw new Failure(`the header ${name}: ${words}`, value === undefined ? 'no such header' : value, answer);
}

/** The status, and what the body says. */
export function inShort(answer: Answer): string {
  return `status ${answer.status} with ${bodyOf(answer)}`;
}

/** Nothing tells two refusals apart but the id of the request. */
export function expectSame(answer: Answer, other: Answer): void {
  const shown = (one: Answer) =>
    `status ${one.status} with ${JSON.stringify({ ...jsonOf(one), request: undefined })}`;
  if (shown(answer) !== shown(other)) throw new Failure(shown(other), shown(answer), answer);
}

export function expectAllow(answer: Answer): void {
  expectHeader(answer, 'Allow', /\bPOST\b/, 'with POST in it');
}

export function expectNoCookie(answer: Answer): void {
  const lines = answer.headers['set-cookie'];
  if (lines) throw new Failure('no Set-Cookie', `Set-Cookie: ${lines.join(' | ')}`, answer);
}
