/**
 * Measures what a second factor costs: `npm run bench:factors`.
 *
 * Logins with a code and logins without one take turns in this process, each of an account of its own, with cheap hashes and
 * on a SQLite file, so that nothing hides the difference; the clock is stepped, because a code counts once. Fails if a code
 * costs more than a millisecond.
 *
 * Options: `-- --logins 1000`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TOTP } from 'otpauth';
import { createGatehouse } from '../src/gatehouse.ts';
import { median, report } from './report.ts';

const maxMs = 1;
const stepMs = 30_000;

const { values } = parseArgs({ options: { logins: { type: 'string', default: '1000' } } });
const logins = Number(values.logins);
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-factors-'));
const password = 'strongpassword';
let now = Date.now();

const gatehouse = await createGatehouse({
  settings: { databaseUrl: `file:${folder}/gatehouse.db`, pbkdf2Iterations: 1_000, throttle: false },
  clock: () => now,
});

async function post(path: string, body: object = {}, id = ''): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', ...(id && { 'x-session-id': id }) };
  const request = new Request(`http://localhost${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const response = await gatehouse.fetch(request);
  const answer = (await response.json()) as Record<string, string>;
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${answer['detail']}`);
  return answer;
}

/** The time of a login, in milliseconds. */
async function timed(email: string, code?: string): Promise<number> {
  const startedAt = performance.now();
  await post('/auth/login', code === undefined ? { email, password } : { email, password, code });
  return performance.now() - startedAt;
}

const plain = 'plain@example.com';
const guarded = 'guarded@example.com';
await post('/auth/register', { email: plain, password });
const { session_id: id } = await post('/auth/register', { email: guarded, password });
const { secret = '' } = await post('/auth/factors/totp', {}, id);
const totp = new TOTP({ secret });
const code = () => totp.generate({ timestamp: now });
await post('/auth/factors/totp/confirm', { code: code() }, id);

const without: number[] = [];
const withCode: number[] = [];
for (let n = -50; n < logins; n += 1) {
  now += stepMs;
  const typed = code();
  // Neither comes first always.
  const isFirst = n % 2 === 0;
  const first = isFirst ? await timed(guarded, typed) : await timed(plain);
  const second = isFirst ? await timed(plain) : await timed(guarded, typed);
  if (n < 0) continue;
  withCode.push(isFirst ? first : second);
  without.push(isFirst ? second : first);
}
await gatehouse.close();
rmSync(folder, { recursive: true, force: true });

const [ms, plainMs] = [median(withCode), median(without)];
report('logins with a code, and without one', [
  {
    'a login without a code': { 'median, ms': plainMs.toFixed(3) },
    'a login with a code': { 'median, ms': ms.toFixed(3) },
    'the code': { 'median, ms': (ms - plainMs).toFixed(3) },
  },
]);
process.exit(ms - plainMs > maxMs ? 1 : 0);
