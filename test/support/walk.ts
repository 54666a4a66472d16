/** Prints the files of `src` that one request walks through, for each kind of request: run as a program of its own. */

import { Session } from 'node:inspector/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGatehouse } from '../../src/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [databaseUrl = '', checkTrustMs = '1000'] = process.argv.slice(2);
const gatehouse = await createGatehouse({
  settings: { databaseUrl, checkTrustMs: Number(checkTrustMs), pbkdf2Iterations: 1_000 },
  // A server has a log of its own.
  log: { info: () => {}, error: () => {} },
});
const credentials = JSON.stringify({ email: 'joe@example.com', password: 'supersecure' });
const asJson = { 'content-type': 'application/json' };

const ask = async (method: string, path: string, { id = '', body }: { id?: string; body?: string } = {}) => {
  const headers = { ...(body ? asJson : {}), ...(id ? { 'x-session-id': id } : {}) };
  const request = new Request(`http://localhost${path}`, { method, headers, ...(body ? { body } : {}) });
  const response = await gatehouse.fetch(request);
  return { status: response.status, text: await response.text() };
};

const inspector = new Session();
inspector.connect();
await inspector.post('Profiler.enable');

/** The files in which a function was called from the start of a request to its answer, whatever ran beside it. */
async function walked(
  request: () => Promise<{ status: number }>,
): Promise<{ status: number; files: string[] }> {
  // What the last request has left to do beside requests, such as linking the audit, comes to its end.
  await pause(100);
  await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const { status } = await request();
  const { result } = await inspector.post('Profiler.takePreciseCoverage');
  await inspector.post('Profiler.stopPreciseCoverage');
  const files = result
    .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : url))
    .filter((path) => path.startsWith(`${root}src`))
    .map((path) => path.slice(root.length));
  return { status, files: files.sort() };
}

/** What three requests of a kind have in common: work of a timer that ran beside one of them is not on its way. */
async function walk(
  request: (nth: number) => Promise<{ status: number }>,
): Promise<{ status: number; files: string[] }> {
  const [first, ...others] = [
    await walked(() => request(0)),
    await walked(() => request(1)),
    await walked(() => request(2)),
  ];
  const files = first.files.filter((file) => others.every((other) => other.files.includes(file)));
  return { status: first.status, files };
}

const idOf = ({ text }: { text: string }): string => JSON.parse(text).session_id;
const logIn = () => ask('POST', '/auth/login', { body: credentials });

const first = idOf(await ask('POST', '/auth/register', { body: credentials }));
await ask('GET', '/auth/session', { id: first });
const ids = [first, idOf(await logIn()), idOf(await logIn())];
const walks = {
  login: await walk(logIn),
  check: await walk(() => ask('GET', '/auth/session', { id: first })),
  logout: await walk((nth) => ask('POST', '/auth/logout', { id: ids[nth] ?? '' })),
};
process.stdout.write(`${JSON.stringify(walks)}\n`);
await gatehouse.close();
