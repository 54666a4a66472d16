/** Request bodies of every kind, sent to every route that needs one. */

import { expect } from 'vitest';
import { type Answer, sendRaw } from './client.ts';
import { ann, contractOf, expectQuietRefusal, joe, jsonPaths, register } from './contracts.ts';
import { sharedServer, type TestServer } from './server.ts';

/** What each route answers once it has read and understood `fields`: something only its use case can know. */
export const understood: Readonly<Record<string, number>> = {
  '/api/auth/login': 401,
  '/api/auth/logout': 404,
  '/auth/register': 409,
  '/auth/login': 401,
  '/register.json': 409,
  '/login.json': 401,
};

/** Fields for every route at once; what a route does not know it ignores. */
export const fields = {
  username: joe.username,
  email: ann.email,
  password: 'a wrong one',
  session: 'unknown',
};
export const text = JSON.stringify(fields);
/** The largest body that is read. */
export const maxBytes = 16_384;

/** One server for all tests of a file, on which joe and ann have accounts, without a throttle. */
export function serverWithPeople(): () => TestServer {
  return sharedServer({ GATEHOUSE_THROTTLE: 'off' }, async (server) => {
    await register(server, joe.username, joe.password);
    await register(server, ann.email, ann.password);
  });
}

/** POSTs a body as it is, as JSON by default. */
export function postBytes(
  server: TestServer,
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string | string[]> = { 'content-type': 'application/json' },
): Promise<Answer> {
  return server.send({ method: 'POST', path, headers, body });
}

/** Sends one body to every route that needs one; each must answer alike, and refuse in its own words. */
export async function expectOnEveryContract(
  server: TestServer,
  status: number | 'understood',
  body: string | Uint8Array,
  headers?: Record<string, string | string[]>,
): Promise<void> {
  for (const path of jsonPaths) {
    const answer = await postBytes(server, path, body, headers);
    expect(answer.status, path).toBe(status === 'understood' ? understood[path] : status);
    expectQuietRefusal(answer);
    contractOf(path).errorIn(answer);
  }
}

/** Bytes that no string may hold. */
export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** POSTs a body of unannounced length, in chunks of at most 1,000 bytes. */
export async function postChunked(
  server: TestServer,
  path: string,
  body: string,
  headers = '',
): Promise<number> {
  const chunks = body.match(/[\s\S]{1,1000}/g) ?? [];
  const lines = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  const answer = await sendRaw(
    server.url,
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n` +
      `Content-Type: application/json\r\n${headers}\r\n${lines}0\r\n\r\n`,
  );
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}
