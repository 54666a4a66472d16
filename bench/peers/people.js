// What every peer has in common: the people who are logged in, what an answer says of them, and their cookies.

import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';

/**
 * How a peer is started: `sessions` that are alive from the beginning, a `folder` for its database, the `list` of cookies
 * to write (`.hits` and `.misses` are appended), and what is peculiar to it.
 */
export const options = { sessions: 0, ...JSON.parse(process.argv[2] ?? '{}') };

/** At least 32 characters, as all of them ask for. It is no secret: everything here is removed after the run. */
export const secret = 'q7Zt2mW9xLr4Vb8NcE1uKd5Ys0Ha3Pf6';

const day = 86_400_000;
const now = Date.now();
const utc = (ms) => new Date(ms).toISOString();

/** What a session holds, of the shape and the length of what Gatehouse answers. */
export function person(n) {
  const number = String(n).padStart(12, '0');
  return {
    user: { id: `00000000-0000-4000-8000-${number}`, username: `user${n}`, created_at: utc(now) },
    session: {
      handle: `abcd${number}`,
      created_at: utc(now),
      last_seen_at: utc(now),
      idle_expires_at: utc(now + 7 * day),
      expires_at: utc(now + 30 * day),
    },
  };
}

/** As long as ids are that these libraries make. */
export const idOf = (n) => `session-${String(n).padStart(24, '0')}`;

/** Sessions of people who have logged out: as many as there are of a tenth of all requests, within reason. */
export const dead = Math.min(10_000, Math.ceil(options.sessions / 9));

/** A value with the signature that `cookie-signature` and its kin put behind it, without what fills up base64. */
export function signed(value) {
  return `${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`;
}

/** Writes the cookies that the load is made with: of those who are logged in, and of those who are not any more. */
export function writeCookies(hits, misses) {
  if (!options.list) return;
  writeFileSync(`${options.list}.hits`, hits.join('\n'));
  writeFileSync(`${options.list}.misses`, misses.join('\n'));
}

/** Writes a cookie for every session there is, and for some that are gone. */
export function writeCookiesOf(cookieOf) {
  const of = (count, first) => Array.from({ length: count }, (_, i) => cookieOf(idOf(first + i)));
  writeCookies(of(options.sessions, 0), of(dead, options.sessions));
}

/** Prints the address for the bench. */
export function tell(port, paths) {
  const url = `http://127.0.0.1:${port}`;
  const urls = Object.entries(paths).map(([name, path]) => [name, url + path]);
  console.log(JSON.stringify({ url, ...Object.fromEntries(urls) }));
}
