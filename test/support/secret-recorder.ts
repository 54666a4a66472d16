/** Stands before a server and notes every secret that goes through it, whichever side it comes from, and each route. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { codesOn, secretOn } from './factor-pages.ts';

/** A request that was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface SecretRecorder {
  /** Where it listens. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  /** Every secret so far, in each form in which it was sent or answered. */
  readonly secrets: ReadonlySet<string>;
}

/** Shorter ones, but for codes, are words such as `public-key`. */
const minLength = 16;

/** Fields of requests whose text, whatever is in it, is a secret. */
const secretFields = new Set(['code', 'codes', 'password', 'current_password', 'new_password', 'session']);

/** Fields of requests that hold the answer of a passkey. */
const passkeyFields = new Set(['passkey', 'response']);

/** Fields of answers that hold a secret, or a list of them. */
const secretAnswers = new Set(['secret', 'uri', 'recovery_codes', 'session_id', 'session', 'challenge']);

export async function recordSecrets(target: string): Promise<SecretRecorder> {
  const secrets = new Set<string>();
  const exchanges: Exchange[] = [];
  const note = (...texts: readonly string[]) => {
    for (const text of texts) if (text.length >= minLength || /^\d{6}$/.test(text)) secrets.add(text);
  };
  const noteCookies = (lines: readonly string[]) => {
    for (const line of lines)
      for (const pair of line.split(/; */)) note(...pair.slice(pair.indexOf('=') + 1).split('.'));
  };
  const server = createServer(async (asked, answered) => {
    const body = await bodyOf(asked);
    const { method = 'GET', url: path = '/', headers } = asked;
    noteCookies([headers.cookie ?? '']);
    note(String(headers['x-session-id'] ?? ''), String(headers.authorization ?? '').replace('Bearer ', ''));
    note(...new URL(path, target).searchParams.values());
    noteAsked(fieldsIn(body, headers['content-type']), note);
    const sent = request(target + path, { method, headers }, async (answer) => {
      const text = await bodyOf(answer);
      const { statusCode: status = 0 } = answer;
      exchanges.push({ method, path, status });
      noteCookies((answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? ''));
      if (answer.headers['content-type']?.includes('json') && path !== '/openapi.json')
        noteAnswered(JSON.parse(String(text)), note);
      else note(...codesOn({ text: String(text) }), secretOn({ text: String(text) }).replaceAll(' ', ''));
      answered.writeHead(status, answer.headers).end(text);
    });
    sent.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, exchanges, secrets };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await message.toArray());
}

function fieldsIn(body: Buffer, type = ''): Record<string, unknown> {
  if (type.includes('json')) return JSON.parse(String(body));
  return Object.fromEntries(new URLSearchParams(String(body)));
}

function noteAsked(fields: Record<string, unknown>, note: (...texts: string[]) => void): void {
  for (const [name, value] of Object.entries(fields)) {
    if (secretFields.has(name)) note(String(value), ...String(value).split(' '));
    if (passkeyFields.has(name)) note(...textsIn(typeof value === 'string' ? parsed(value) : value));
  }
}

function noteAnswered(value: unknown, note: (...texts: string[]) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value)) {
    if (secretAnswers.has(name)) note(...textsIn(one));
    if (typeof one === 'object') noteAnswered(one, note);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The texts in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
