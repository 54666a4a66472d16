/** What the documentation says is compared with the code: its tables, its limits, its links. */

import { existsSync } from 'node:fs';
import { maxHeaderSize } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { maxBodyBytes } from '../../src/http/request/body.ts';
import { headersTimeoutMs, requestTimeoutMs } from '../../src/server/listen.ts';
import { table } from '../../src/settings/option-table.ts';
import { anchorsOf, pages, part, read, root, rows, withoutTicks } from '../support/docs.ts';

test('every limit in the table of limits is the constant in the code', () => {
  /** A constant or a default that is not exported, read from its source. */
  function constant(file: string, name: string): number {
    const [, text] = new RegExp(`\\b${name} = (\\[?[\\d_ *,]+)`).exec(read(`src/${file}.ts`)) ?? [];
    if (text === undefined) throw new Error(`src/${file}.ts has no ${name}`);
    const numbers = (of: string, by: string) =>
      of.split(by).map((part) => Number(part.replace(/[[_ ]/g, '')));
    return text.startsWith('[')
      ? numbers(text, ',').reduce((sum, number) => sum + number)
      : numbers(text.replace(/,\s*$/, ''), '*').reduce((product, number) => product * number);
  }
  const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;
  const kibibytes = (bytes: number) =>
    bytes < 2 ** 20 ? `${bytes / 2 ** 10} KiB` : `${bytes / 2 ** 20} MiB`;
  const days = (ms: number) => `${ms / 86_400_000} days`;
  const count = (number: number) => number.toLocaleString('en');
  const inCode: Record<string, string> = {
    'request body': kibibytes(maxBodyBytes),
    'the rest of a refused body': [
      kibibytes(constant('http/refusals/lingering-close', 'maxDiscardedBytes')),
      seconds(constant('http/refusals/lingering-close', 'lingerMs')),
    ].join(', '),
    'request line and headers': kibibytes(maxHeaderSize),
    'time for the headers': seconds(headersTimeoutMs),
    'time for the whole request': seconds(requestTimeoutMs),
    'idle connection': `${table.keepAliveSeconds.default} s`,
    'orderly stop': seconds(constant('server/bind', 'drainMs')),
    'password, code points': count(constant('concepts/passwords/password-rules', 'maxCodePoints')),
    'password, bytes of UTF-8': count(constant('concepts/passwords/password-form', 'maxBytes')),
    'e-mail address, characters': count(constant('concepts/accounts/identifiers', 'maxEmailLength')),
    'session id presented, characters': count(constant('concepts/sessions/sessions', 'maxIdLength')),
    'wait for a password hash': seconds(constant('crypto/hashing-queue', 'maxWaitMs')),
    'places in the queue for hashes': count(constant('crypto/hashing-queue', 'maxPlaces')),
    'wait for a database that is locked': seconds(
      constant('storage/sqlite/connection/writer', 'lockPausesMs'),
    ),
    '`Retry-After` of a store that does not answer': `${constant('http/refusals/refusal-responder', 'retryAfterSeconds')} s`,
    'log lines waiting to be read': kibibytes(constant('server/log', 'maxBufferedBytes')),
    'sessions of one user ended in one step': count(constant('concepts/sessions/steps', 'endStep')),
    'rows of dead sessions removed in one step': count(constant('concepts/sessions/steps', 'sweepStep')),
    'confirmed password, in its session': `${constant('concepts/sessions/sessions', 'provenMs') / 60_000} min`,
    'state of an ended session': days(constant('concepts/sessions/sessions', 'endedKeptMs')),
    'known device, unused': days(constant('concepts/devices', 'knownForMs')),
    'known devices of one user': count(constant('concepts/devices', 'maxPerUser')),
    'people who share a known browser': count(constant('concepts/devices', 'maxIds')),
    'elements read of a proxy header': count(constant('http/request/forwarded-header', 'maxHops')),
    'session ids in one logout': count(constant('http/request/session-id', 'maxIds')),
    'client name, characters read': count(constant('http/request/device-name', 'maxCharacters')),
    'entries in one page of activity': count(constant('usecases/account/own-account', 'activityPage')),
  };
  const documented = rows(part('docs/operating.md', '## Limits'))
    .filter(([name]) => !/^(?:limit|status|---.*|\d{3})$/.test(name ?? ''))
    .map(([name, value]) => [name, value]);
  expect(Object.fromEntries(documented)).toEqual(inCode);
});

test('the tables of settings have every setting, its default and its bounds', () => {
  const withoutDefault: Record<string, string> = {
    GATEHOUSE_BASE_PATH: '*none*',
    GATEHOUSE_ALLOWED_ORIGINS: '*none*',
    GATEHOUSE_TRUSTED_PROXIES: '*none*',
    GATEHOUSE_COOKIE_DOMAIN: '*unset*',
    GATEHOUSE_LOG_FORMAT: '*unset*',
    GATEHOUSE_FRONT_PAGE: '*unset*',
    GATEHOUSE_PAGES: '*unset*',
    GATEHOUSE_PAGES_LOGO: '*unset*',
    GATEHOUSE_PAGES_STYLE: '*unset*',
    GATEHOUSE_PAGES_HOME: '*unset*',
    GATEHOUSE_CHECK_MEMORY_MB: '*unset*',
    GATEHOUSE_DATABASE_LISTEN_URL: '*unset*',
    GATEHOUSE_TIME_ZONE: '*unset*',
    GATEHOUSE_PUBLIC_URL: '*unset*',
    GATEHOUSE_SMTP_URL: '*unset*',
    GATEHOUSE_MAIL_FROM: '*unset*',
    GATEHOUSE_METRICS_PORT: '*unset*',
    GATEHOUSE_SECRET_KEY: '*unset*',
    GATEHOUSE_SECRET_KEY_FILE: '*unset*',
    GATEHOUSE_PREVIOUS_SECRET_KEY: '*unset*',
    GATEHOUSE_PASSKEY_RP_ID: '*unset*',
    GATEHOUSE_PASSKEY_ORIGINS: '*unset*',
  };
  const settings = Object.values(table);
  const names = (heading: string) =>
    rows(part('docs/settings.md', heading)).filter(([name]) => name?.startsWith('`'));
  expect(names('# Settings').map(([name, value]) => [withoutTicks(name), value])).toEqual(
    settings.map(({ env, default: written }) => [env, written ? `\`${written}\`` : withoutDefault[env]]),
  );
  expect(names('## Bounds and units')).toEqual(settings.map(({ env, expects }) => [`\`${env}\``, expects]));
});

test('every ruling has its item, once and in order', () => {
  const numbered = (letter: string, last: number) =>
    Array.from({ length: last }, (_, i) => `${letter}${i + 1}`);
  const items = [...read('docs/rulings.md').matchAll(/^- \*\*([GERDBLPW]\d+)\*\* \S/gm)].map(([, id]) => id);
  expect(items).toEqual([
    ...numbered('G', 18),
    ...numbered('E', 4),
    ...numbered('R', 6),
    ...numbered('D', 7),
    ...numbered('B', 5),
    ...numbered('L', 8),
    ...numbered('W', 8),
    ...numbered('P', 13),
  ]);
});

test('links lead to pages and parts that exist', () => {
  const dead: string[] = [];
  for (const file of pages) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:/.test(target)) continue;
      const [path = '', fragment] = target.split('#');
      const linked = path === '' ? file : join(dirname(file), path);
      const exists = existsSync(join(root, linked));
      if (!exists || (fragment && !anchorsOf(linked).includes(fragment))) dead.push(`${file}: ${target}`);
    }
  }
  expect(pages.map((name) => basename(name))).toContain('rulings.md');
  expect(dead).toEqual([]);
});
