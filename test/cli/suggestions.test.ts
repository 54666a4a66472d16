/** Mistyped commands and options, and options that are settings: the answer says what was meant, and ends with 2. */

import { join } from 'node:path';
import type { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { adviceFor, settingAdvice } from '../../src/cli/usage-advice.ts';
import { table } from '../../src/settings/option-table.ts';
import { command, type Said } from '../support/command.ts';
import { temporaryFolder } from '../support/server.ts';

async function refused(words: readonly string[], environment = {}): Promise<Said> {
  const said = await command(words, { file: join(temporaryFolder(), 'gatehouse.db'), environment });
  expect([said.code, said.stdout]).toEqual([2, '']);
  return said;
}

test.each([
  ['statsu', 'gatehouse doctor'],
  ['status', 'gatehouse doctor'],
  ['start', 'gatehouse serve'],
  ['usr list', 'user'],
  ['user lsit', 'list'],
  ['user list --jsn', '--json'],
  ['session edn abc', 'end'],
  ['audit tial', 'tail'],
  ['bakcup x', 'backup'],
  ['--hlep', '--help'],
  ['doctor cokie https://app.example.com/', 'gatehouse doctor cookie'],
  ['doctor --json cokie https://app.example.com/', 'gatehouse doctor cookie'],
  ['help usr', 'gatehouse help user'],
  ['user help shwo', 'gatehouse user help show'],
])('gatehouse %s: did you mean %s?', async (words, meant) => {
  const { stderr } = await refused(words.split(' '));
  expect(stderr.match(/Did you mean [^?]*\?/g)).toEqual([`Did you mean ${meant}?`]);
});

/** What a command line is answered with, from the parser and from us. */
async function answerTo(words: readonly string[]): Promise<string> {
  const program = createProgram();
  const quiet = (one: Command): void => {
    one.configureOutput({ writeErr: () => {} });
    one.commands.forEach(quiet);
  };
  quiet(program);
  const error = await program.parseAsync(words, { from: 'user' }).then(
    () => undefined,
    (reason: CommanderError) => reason,
  );
  if (!error) throw new Error(`gatehouse ${words.join(' ')} was taken`);
  return `${error.message}\n${adviceFor(program, error, words) ?? ''}`;
}

test('every mistyped command and option gets a suggestion', async () => {
  const slips: [words: readonly string[], meant: string][] = [];
  for (const parent of [createProgram(), ...createProgram().commands]) {
    const path = parent.parent ? [parent.name()] : [];
    for (const child of parent.commands) {
      slips.push([[...path, slipIn(child.name())], child.name()]);
      for (const { long } of child.options)
        slips.push([[...path, child.name(), slipIn(`${long}`)], `${long}`]);
    }
  }
  expect(slips.length).toBeGreaterThan(40);
  for (const [words, meant] of slips) {
    expect(await answerTo(words), words.join(' ')).toMatch(
      new RegExp(`Did you mean (?:one of )?[^?]*${meant}\\b`),
    );
  }
});

/** A word with its last two letters exchanged; twice the last one where they are the same. */
function slipIn(word: string): string {
  const [before, last] = [word.at(-2) ?? '', word.at(-1) ?? ''];
  return before === last ? `${word}${last}` : `${word.slice(0, -2)}${last}${before}`;
}

test('a word unlike any command gets the list of commands', async () => {
  const { stderr } = await refused(['nonsense']);
  expect(stderr).toContain("unknown command 'nonsense'");
  expect(stderr).toContain(
    'Commands: serve, user, session, throttle, audit, backup, restore, import, wrap, export, migrate, doctor, conformance, explain, help.',
  );
  const { stderr: inGroup } = await refused(['user', 'nonsense']);
  expect(inGroup).toContain('Commands of gatehouse user: add, list, show,');
});

test.each([
  [['--port', '4000'], 'PORT=4000'],
  [['--port=4000'], 'PORT=4000'],
  [['serve', '--port', '4000'], 'PORT=4000'],
  [['user', 'list', '--port', '4000'], 'PORT=4000'],
  [['migrate', '--port', '4000'], 'PORT=4000'],
  [['--PORT', '4000'], 'PORT=4000'],
  [['--metrics-port', '9464'], 'GATEHOUSE_METRICS_PORT=9464'],
  [['--metricsPort', '9464'], 'GATEHOUSE_METRICS_PORT=9464'],
  [['--gatehouse-metrics-port', '9464'], 'GATEHOUSE_METRICS_PORT=9464'],
  [['--GATEHOUSE_METRICS_PORT=9464'], 'GATEHOUSE_METRICS_PORT=9464'],
  [['--check-memory-megabytes', '64'], 'GATEHOUSE_CHECK_MEMORY_MB=64'],
  [['--debug'], 'GATEHOUSE_DEBUG=true'],
  [['--debug', '--port', '4000'], 'GATEHOUSE_DEBUG=true'],
  [['--throttle'], 'GATEHOUSE_THROTTLE=…'],
  [['--mail-outbox', "it's here"], 'GATEHOUSE_MAIL_OUTBOX=…'],
  [['PORT=4000'], 'PORT=4000'],
  [['serve', 'PORT=4000'], 'PORT=4000'],
] as const)('gatehouse %j: set %s', async (words, set) => {
  const { stderr } = await refused([...words]);
  expect(stderr).toContain(`Set ${set} in the environment`);
});

test('a mistyped name of a setting gets the setting', async () => {
  const { stderr } = await refused(['--trusted-proxy', '10.0.0.1']);
  expect(stderr).toContain('Set GATEHOUSE_TRUSTED_PROXIES=10.0.0.1 in the environment');
});

test.each([
  [['--database-url', 'postgres://joe:hunter2@db.example.com/x']],
  [['--database-url=postgres://joe:hunter2@db.example.com/x']],
  [['--smtp-url=smtp://joe:hunter2@mail.example.com']],
  [['DATABASE_URL=postgres://joe:hunter2@db.example.com/x']],
  [['user', 'list', 'DATABASE_URL=postgres://joe:hunter2@db.example.com/x']],
] as const)('gatehouse %j: a value that may hold a password is not repeated', async (words) => {
  const { stderr } = await refused([...words]);
  expect(stderr).toMatch(/Set (?:DATABASE_URL|GATEHOUSE_SMTP_URL)=… in the environment/);
  expect(stderr).not.toContain('hunter2');
});

test('every setting has an answer, by the name of its variable and by that of the library, in kebab case', () => {
  for (const [name, { env, secret }] of Object.entries(table)) {
    const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const ofVariable = env
      .replace(/^GATEHOUSE_/, '')
      .toLowerCase()
      .replaceAll('_', '-');
    for (const option of [kebab, ofVariable]) {
      expect(settingAdvice(`--${option}`, ['x1'])).toContain(
        `Set ${env}=${secret ? '…' : 'x1'} in the environment`,
      );
    }
  }
});
