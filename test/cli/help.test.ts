/** What `--help` and `docs/cli.md` say is what the program does: every command is there, every example runs. */

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import { command, commandEnvironment } from '../support/command.ts';
import { inStore, moved, places } from '../support/moving.ts';
import { gather, root, startProcess, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { addPasskeys } from '../support/second-factors.ts';
import { temporaryFolder } from '../support/server.ts';

const docs = readFileSync(join(root, 'docs/cli.md'), 'utf8');

/** Every command that does something, by its words. */
function commandsOf(parent: Command, words: readonly string[] = []): Map<string, Command> {
  const found = new Map<string, Command>();
  for (const child of parent.commands) {
    const path = [...words, child.name()];
    // A group has no summary of its own doing: it only holds others.
    if (child.options.length > 0 || child.commands.length === 0) found.set(path.join(' '), child);
    for (const [name, below] of commandsOf(child, path)) found.set(name, below);
  }
  return found;
}

const commands = commandsOf(createProgram());

/** The part of the page about one command. */
function sectionOf(name: string): string {
  return docs.split(/^#+ /m).find((section) => section.startsWith(`\`gatehouse ${name}\`\n`)) ?? '';
}

function helpOf(name: string): string {
  let help = '';
  commands.get(name)?.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  commands.get(name)?.outputHelp();
  return help;
}

function examplesOf(name: string): string[] {
  return [...helpOf(name).matchAll(/^ {2}\$ (.*)$/gm)].map(([, example]) => String(example));
}

test('the page and the program have the same commands', () => {
  const named = [...docs.matchAll(/^### `gatehouse (.+)`$/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...commands.keys()].sort());
  expect(named.length).toBeGreaterThan(15);
});

test('the page explains every exit code, and no other', () => {
  const codes = [...docs.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
});

test.each([...commands.keys()])('%s: the page has its options and its examples', (name) => {
  const section = sectionOf(name);
  const options = (commands.get(name)?.options ?? []).map(({ long }) => String(long));
  for (const option of options.filter((long) => long !== '--json'))
    expect(section).toContain(`\`${option}\``);
  const written = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    String(block).trimEnd().split('\n'),
  );
  expect(written).toEqual(examplesOf(name));
  expect(written.length).toBeGreaterThan(0);
});

test('no line of help is too long for a terminal', async () => {
  const { stdout } = await command(['--help'], { file: 'unused.db' });
  for (const help of [stdout, ...[...commands.keys()].map(helpOf)]) {
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  }
});

/** What every example finds: an account with a session, and a program of the right name. */
let world:
  | {
      readonly program: string;
      readonly file: string;
      readonly sessionId: string;
      readonly handle: string;
      readonly end: string;
    }
  | undefined;
const cleaning: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const server = await startProcess({}, { atEnd: (clean) => void cleaning.unshift(clean) });
  const person = { email: 'ada@example.com', password: 'strongpassword' };
  const { json } = await server.post('/auth/register', person);
  const sessionId = String(json['session_id']);
  const asked = await server.send({ path: '/auth/session', headers: { 'x-session-id': sessionId } });
  const handle = String((asked.json['session'] as Record<string, unknown>)['handle']);
  await server.stop();
  const invitation = ['user', 'invite', 'alan@example.com'];
  const invited = spawnSync(process.execPath, [await theProgram(), ...invitation], {
    env: commandEnvironment({ file: server.file }),
  });
  expect(invited.status).toBe(0);
  await addPasskeys(`file:${server.file}`, 'ada@example.com', 'Laptop');
  const { last } = await inStore(`file:${server.file}`, ({ audit }) => audit.ends());
  const program = await theProgram();
  world = { program, file: server.file, sessionId, handle, end: `${last.seq}:${last.hash}` };
});

afterAll(async () => {
  for (const clean of cleaning) await clean();
});

function prepare(): { readonly folder: string; readonly environment: Record<string, string> } {
  if (!world) throw new Error('There is no world yet.');
  const folder = temporaryFolder();
  const file = join(folder, 'gatehouse.db');
  copyFileSync(world.file, file);
  const bin = join(folder, 'bin', 'gatehouse');
  mkdirSync(dirname(bin));
  writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${world.program}' "$@"\n`, {
    mode: 0o755,
  });
  const environment = {
    ...commandEnvironment({ file }),
    PATH: [dirname(bin), process.env['PATH']].join(delimiter),
    PASSWORD: 'strongpassword',
    SESSION_ID: world.sessionId,
    HANDLE: world.handle,
    AUDIT_END: world.end,
  };
  return { folder, environment };
}

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const examples = [...commands.keys()]
  .flatMap((name) => examplesOf(name))
  .map((example) => [example] as const);
const [starts, others] = [
  examples.filter(([example]) => /gatehouse(?: serve)?$/.test(example)),
  examples.filter(([example]) => !/gatehouse(?: serve)?$/.test(example)),
];

test.each(others)('$ %s', async (example) => {
  if (example.startsWith('curl') && !hasCurl) return;
  const { folder, environment } = prepare();
  const file = join(folder, 'gatehouse.db');
  if (example.includes('import'))
    writeFileSync(join(folder, 'accounts.jsonl'), '{"id":"7","username":"grace"}\n');
  if (example.includes('restore')) copyFileSync(file, join(folder, 'gatehouse-backup.db'));
  const server = example.includes('$SERVER_URL') ? await startProcess({}, { file }) : undefined;
  const postgres = example.includes('env:POSTGRES_URL') ? await places.postgres() : undefined;
  if (postgres && example.includes('--from env:POSTGRES_URL')) await moved(`file:${file}`, postgres);
  const ran = gather(
    spawn('sh', ['-c', example], {
      cwd: folder,
      env: { ...environment, SERVER_URL: server?.url, POSTGRES_URL: postgres },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const { code } = await ran.exited;
  expect([code, ran.stderr.match(/error|at .*:\d+:\d+/i)?.[0]]).toEqual([0, undefined]);
});

test.each(starts)('$ %s', async (example) => {
  const { folder, environment } = prepare();
  // The port of the example may be taken on this machine: what is after it counts.
  const ran = gather(
    spawn('sh', ['-c', example.replace(/^(?:PORT=\d+ )?/, 'PORT=0 exec ')], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  await until(() => /"msg":"listening"/.exec(ran.stdout)?.[0], 'the server', ran.exited);
  ran.child.kill('SIGTERM');
  expect((await ran.exited).code).toBe(0);
});
