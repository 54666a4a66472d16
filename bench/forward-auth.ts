/**
 * Compares forward authentication with the session check: `npm run bench:forward-auth`.
 *
 * A server on the first core, and requests without a pause from the second: in each round `GET /auth/session` and
 * `GET /auth/forward` with the same live session, one after the other, in alternating order; and `GET /auth/forward` with the
 * cookie of a domain. Fails if the median of the ratios of a round is below 0.9 for the first.
 *
 * Options: `-- --rounds 7 --seconds 4`.
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fire } from './fire.ts';
import { endAll } from './processes.ts';
import { median, report, spread, whole } from './report.ts';
import { gatehouse as serve } from './servers.ts';

const minRatio = 0.9;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '4' } },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const kinds = ['session', 'forward', 'domain'] as const;

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-forward-'));
let isOver = false;
try {
  isOver = await compare();
} finally {
  endAll();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(isOver ? 1 : 0);

/** The rates of the three, and whether forward authentication is too slow. */
async function compare(): Promise<boolean> {
  const server = await serve(`file:${folder}/gatehouse.db`, {
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    GATEHOUSE_COOKIE_DOMAIN: 'example.com',
    GATEHOUSE_PUBLIC_URL: 'https://auth.example.com',
    GATEHOUSE_SECRET_KEY: randomBytes(32).toString('base64'),
  });
  const [session = '', forward = ''] = await cookiesOf(server.url);
  const asked = {
    session: { url: `${server.url}/auth/session`, headers: { cookie: session } },
    forward: { url: `${server.url}/auth/forward`, headers: { cookie: session } },
    domain: { url: `${server.url}/auth/forward`, headers: { cookie: forward } },
  };
  const rates = { session: [] as number[], forward: [] as number[], domain: [] as number[] };
  // The first round is for the compiler.
  for (let round = -1; round < rounds; round += 1) {
    for (const kind of [...kinds.slice((round + 3) % 3), ...kinds.slice(0, (round + 3) % 3)]) {
      const { perSecond, refused, failed } = await fire({ ...asked[kind], connections: 32, seconds });
      if (refused + failed > 0)
        throw new Error(`${refused + failed} requests of ${kind} were not answered with 200.`);
      if (round >= 0) rates[kind].push(perSecond);
    }
  }
  await server.stop();
  const toSession = (kind: 'forward' | 'domain') =>
    rates[kind].map((rate, round) => rate / (rates.session[round] ?? Number.NaN));
  report('forward authentication beside the session check', [
    {
      'GET /auth/session': { 'a second': whole(median(rates.session)) },
      'GET /auth/forward': { 'a second': whole(median(rates.forward)), ratio: spread(toSession('forward')) },
      'with the cookie of a domain': {
        'a second': whole(median(rates.domain)),
        ratio: spread(toSession('domain')),
      },
    },
  ]);
  return median(toSession('forward')) < minRatio;
}

/** Registers, and returns the cookie of the session and that of the domain, as a browser sends them. */
async function cookiesOf(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'user@example.com', password: 'strongpassword' }),
  });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
  return ['session_id=', '__Secure-gatehouse_forward='].map(
    (name) => cookies.find((cookie) => cookie.startsWith(name)) ?? '',
  );
}
