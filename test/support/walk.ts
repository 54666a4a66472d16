/** Prints the files of `src` that one request walks through, for each kind of request: run as a program of its own. */

import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';
import { createGatehouse } from '../../src/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [databaseUrl = 'file::memory:'] = process.argv.slice(2);
const gatehouse = await createGatehouse({
  settings: { databaseUrl, pbkdf2Iterations: 1_000 },
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

/** The files in which a function was called from the start of a request to its answer. */
async function walk(
  request: () => Promise<{ status: number }>,
): Promise<{ status: number; files: string[] }> {
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

const { text } = await ask('POST', '/auth/register', { body: credentials });
const { session_id: first } = JSON.parse(text);
await ask('GET', '/auth/session', { id: first });
const walks = {
  login: await walk(() => ask('POST', '/auth/login', { body: credentials })),
  check: await walk(() => ask('GET', '/auth/session', { id: first })),
  logout: await walk(() => ask('POST', '/auth/logout', { id: first })),
};
process.stdout.write(`${JSON.stringify(walks)}\n`);
await gatehouse.close();
