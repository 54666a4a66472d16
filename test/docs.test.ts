/** The documentation says what is true: its commands are run, its tables compared with the code, its links followed. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { maxHeaderSize } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { headersTimeoutMs, requestTimeoutMs } from '../src/server/listen.ts';
import { table } from '../src/settings.ts';
import type { Gate } from '../src/usecases/gate.ts';
import { mostBodyBytes } from '../src/wire/body.ts';
import { sessionCookie } from '../src/wire/carrier.ts';
import type { Contract, Refused } from '../src/wire/contract.ts';
import { dotjson } from '../src/wire/dotjson.ts';
import { envelope } from '../src/wire/envelope.ts';
import { refuseRaw } from '../src/wire/raw.ts';
import { rest } from '../src/wire/rest.ts';
import { sessionCheck } from '../src/wire/session.ts';
import { siteWords } from '../src/wire/words.ts';
import { startServer, temporaryFolder } from './support/server.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...(readdirSync(join(root, 'docs'), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The contents of the fenced blocks of one kind. */
function blocks(file: string, kind: string): string[] {
  return [...read(file).matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text ?? '',
  );
}

/** The cells of all rows of tables, without the backticks around the first two. */
function rows(text: string): string[][] {
  return [...text.matchAll(/^\| (.*) \|$/gm)].map(([, row]) =>
    (row ?? '').split(' | ').map((cell) => cell.trim()),
  );
}

/** A part of a page, from its heading to the next one of the same rank or a higher one. */
function part(file: string, heading: string): string {
  const [, text] = new RegExp(`^${heading}\\n(.*?)(?=^##? |(?![^]))`, 'ms').exec(read(file)) ?? [];
  if (text === undefined) throw new Error(`${file} has no part "${heading}"`);
  return text;
}

const withoutTicks = (cell: string | undefined) => (cell ?? '').replace(/^`(.*)`$/, '$1');

describe('the commands of the documentation answer what it says', () => {
  interface Step {
    readonly command: string;
    readonly output: string;
  }

  function steps(file: string): Step[] {
    return blocks(file, 'console').flatMap((block) =>
      block
        .split(/^\$ /m)
        .slice(1)
        .map((text) => {
          const [command = ''] = /^(?:.*\\\n)*.*/.exec(text) ?? [];
          return { command, output: text.slice(command.length).trim() };
        }),
    );
  }

  /** What differs from one run to the next: UUIDs, session ids, handles, instants with and without a zone. */
  const varying = new RegExp(
    [
      /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/,
      /\b[a-z0-9]{26}\b/,
      /\b[a-z0-9]{16}\b/,
      /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d\[[^\]]+\])/,
    ]
      .map(({ source }) => source)
      .join('|'),
    'g',
  );

  /** Names what varies by its kind, so that a handle is not taken for an instant. */
  function masked(text: string): string {
    return text.replace(varying, (match) => {
      if (match.includes('T')) return match.endsWith('Z') ? '<instant>' : '<zoned>';
      return `<${match.length} characters>`;
    });
  }

  test.each(['README.md', ...pages.filter((name) => name.startsWith('docs/contracts/'))])(
    '%s',
    async (file) => {
      expect(steps(file).length).toBeGreaterThan(2);
      const server = await startServer();
      const cwd = temporaryFolder();
      const given = new Map<string, string>();
      for (const { command, output } of steps(file)) {
        // What an earlier answer gave out goes into later commands.
        const own = command.replace(varying, (written) => given.get(written) ?? written);
        const { stdout } = await promisify(execFile)(
          'bash',
          ['-c', own.replaceAll('http://127.0.0.1:3000', server.url)],
          { cwd },
        );
        const answered = stdout.replaceAll('\r', '').trim();
        expect(masked(answered), command).toBe(masked(output));
        const ids = answered.match(varying) ?? [];
        (output.match(varying) ?? []).forEach((written, i) => {
          given.set(written, ids[i] ?? '');
        });
      }
    },
  );
});

describe('the error tables of the contract pages are the words of the code', () => {
  // A contract is asked for its words only; none of these is used for that.
  const gate = {} as Gate;
  const cookie = sessionCookie(true, 1);
  const contracts: readonly [contract: Contract, field: string, unreachable: readonly string[]][] = [
    [envelope(gate, 'http'), 'username', ['identifier_taken', 'invalid_identifier', 'password_']],
    [rest(gate, cookie), 'email', ['no_session']],
    [dotjson(gate, cookie, { statusMode: 'http', enumeration: 'contract', timeZone: 'UTC' }), 'username', []],
    [sessionCheck(gate), '', Object.keys(siteWords).filter((name) => !isAnsweredByTheCheck(name))],
  ];

  function isAnsweredByTheCheck(name: string): boolean {
    const own = ['no_session', 'method_not_allowed', 'failed', 'unavailable'];
    return [...own, 'malformed_request', 'unmet_expectation'].includes(name);
  }

  /** `status sentence` for everything a contract may answer, except what none of its routes can come to. */
  function words(contract: Contract, field: string, unreachable: readonly string[]): string[] {
    const said = Object.keys(siteWords)
      .filter((name) => !unreachable.some((start) => name.startsWith(start)))
      .map((name) => {
        const limit = name === 'password_too_short' ? 8 : 256;
        const { status, body } = contract.refuse({ refused: name, limit, field } as unknown as Refused, 'id');
        const { error, detail } = body as { error?: string; detail?: string };
        return `${status} ${error ?? detail}`;
      });
    return [...new Set(said)].sort();
  }

  test.each(contracts.map(([contract, ...about]) => [contract.name, contract, ...about] as const))(
    '%s',
    (name, contract, field, unreachable) => {
      const documented = rows(part(`docs/contracts/${name}.md`, '## Errors'))
        .filter(([status]) => /^\d{3}$/.test(status ?? ''))
        .map(([status, sentence]) => `${status} ${withoutTicks(sentence)}`);
      expect([...documented].sort()).toEqual(words(contract, field, unreachable));
    },
  );

  test('what never became a request', async () => {
    const documented = rows(part('docs/operating.md', '## Limits'))
      .filter(([status]) => /^\d{3}$/.test(status ?? ''))
      .map(([status, sentence]) => `${status} ${withoutTicks(sentence)}`);
    const faults = ['malformed', 'too_slow', 'headers_too_large'] as const;
    const said = faults.map(async (fault) => {
      const { status, detail } = (await refuseRaw(fault, true).json()) as { status: number; detail: string };
      return `${status} ${detail}`;
    });
    expect(documented).toEqual(await Promise.all(said));
  });
});

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
  const count = (number: number) => number.toLocaleString('en');
  const inCode: Record<string, string> = {
    'request body': kibibytes(mostBodyBytes),
    'request line and headers': kibibytes(maxHeaderSize),
    'time for the headers': seconds(headersTimeoutMs),
    'time for the whole request': seconds(requestTimeoutMs),
    'idle connection': seconds(constant('server/listen', 'keepAliveMs')),
    'orderly stop': seconds(constant('server/listen', 'drainMs')),
    'password, code points': count(constant('concepts/passwords/passwords', 'mostCodePoints')),
    'password, bytes of UTF-8': count(constant('concepts/passwords/passwords', 'mostBytes')),
    'e-mail address, characters': count(constant('concepts/accounts', 'longestEmail')),
    'session id presented, characters': count(constant('concepts/sessions', 'longestId')),
    'wait for a password hash': seconds(constant('crypto/queue', 'longestWaitMs')),
    'places in the line for hashes': count(constant('crypto/queue', 'mostPlaces')),
    'wait for a database that is locked': seconds(constant('storage/sqlite/writer', 'lockPausesMs')),
    '`Retry-After` of a store that does not answer': `${constant('wire/app', 'retryAfterSeconds')} s`,
    'log lines waiting to be read': kibibytes(constant('server/log', 'mostWaitingBytes')),
    'rows of dead sessions removed in one step': count(constant('concepts/sessions', 'sweepStep')),
  };
  const documented = rows(part('docs/operating.md', '## Limits'))
    .filter(([name]) => !/^(?:limit|status|---.*|\d{3})$/.test(name ?? ''))
    .map(([name, value]) => [name, value]);
  expect(Object.fromEntries(documented)).toEqual(inCode);
});

test('the tables of settings have every setting, its default and its bounds', () => {
  const withoutDefault: Record<string, string> = {
    GATEHOUSE_ALLOWED_ORIGINS: '*none*',
    GATEHOUSE_TRUSTED_PROXIES: '*none*',
    GATEHOUSE_TIME_ZONE: '*unset*',
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
  const items = [...read('docs/rulings.md').matchAll(/^- \*\*([GERDB]\d+)\*\* \S/gm)].map(([, id]) => id);
  expect(items).toEqual([
    ...numbered('G', 18),
    ...numbered('E', 4),
    ...numbered('R', 6),
    ...numbered('D', 6),
    ...numbered('B', 2),
  ]);
});

describe('the examples of embedding run', () => {
  const programs = blocks('docs/embedding.md', 'js').filter((program) => program.includes('.PORT'));

  test.each(programs.map((program, i) => [i === 0 ? 'Node.js' : 'Hono', program] as const))(
    '%s',
    async (_name, program) => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'node_modules/@hono'), { recursive: true });
      for (const name of ['hono', '@hono/node-server']) {
        symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
      }
      // The sources stand for the package, whose build may be older than they are; the port is told on standard output.
      const ownPort = program
        .replace("from 'gatehouse'", `from '${join(root, 'src/index.ts')}'`)
        .replace('process.env.PORT ?? 3000', '0');
      const asks = `
        await new Promise((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
        const url = 'http://127.0.0.1:' + server.address().port;
        const registered = await fetch(url + '/auth/register', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"email": "user@example.com", "password": "strongpassword"}',
        });
        const { session_id } = await registered.json();
        const check = await fetch(url + '/auth/session', { headers: { cookie: 'session_id=' + session_id } });
        const home = await fetch(url + '/', { headers: { cookie: 'session_id=' + session_id } });
        const logout = await fetch(url + '/logout.json?s=' + session_id, { method: 'POST' });
        console.log([registered, check, home, logout].map(({ status }) => status).join(' '));
        process.kill(process.pid, 'SIGTERM');`;
      writeFileSync(join(folder, 'program.mjs'), ownPort + asks);
      const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], {
        cwd: folder,
        env: { DATABASE_URL: 'file:./gatehouse.db', GATEHOUSE_PBKDF2_ITERATIONS: '1000' },
      });
      expect(stdout.trim()).toBe('201 200 200 200');
    },
  );

  test('there are two of them', () => {
    expect(programs).toHaveLength(2);
  });
});

test('links lead to pages and parts that exist', () => {
  /** The anchor of a heading, as GitHub makes it. */
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const anchors = (file: string) =>
    [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading ?? ''));
  const dead: string[] = [];
  for (const file of pages) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:/.test(target)) continue;
      const [path = '', fragment] = target.split('#');
      const linked = path === '' ? file : join(dirname(file), path);
      const exists = existsSync(join(root, linked));
      if (!exists || (fragment && !anchors(linked).includes(fragment))) dead.push(`${file}: ${target}`);
    }
  }
  expect(pages.map((name) => basename(name))).toContain('rulings.md');
  expect(dead).toEqual([]);
});
