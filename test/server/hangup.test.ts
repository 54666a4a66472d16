/** The end of a terminal: the server ends in order and says so, or goes on where nohup says that it should. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../support/client.ts';
import { commandsOver } from '../support/command.ts';
import { isFull } from '../support/length.ts';
import { gather, root, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';
import { lives } from '../support/workers.ts';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

/** What is left of nohup once Node.js runs is found in `/proc`, or was put into the environment by a shell. */
const onShells = test.skipIf(process.platform !== 'linux' || !has('bash') || !has('nohup'));
const onTerminals = test.skipIf(process.platform !== 'linux' || !has('script') || !has('nohup'));

const program = `'${process.execPath}' '${join(root, 'bin/gatehouse.js')}'`;

/** A server that a shell started, in a process group of its own. */
interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  /** Both outputs together. */
  readonly said: string;
}

/** The environment of a shell that npm did not start. */
function environment(folder: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => /^(?:PATH|HOME)$/.test(name));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: `file:${join(folder, 'gatehouse.db')}`,
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    ...more,
  };
}

/** Runs a line in a shell and waits until what it starts listens; nothing of its group outlives the test. */
async function inShell(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
  cwd = temporaryFolder(),
): Promise<Started> {
  const [shell = '', ...rest] = words;
  const child = spawn(shell, rest, {
    cwd,
    env: environment(cwd === root ? temporaryFolder() : cwd, more),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => killGroup(child));
  const running = gather(child);
  const url = await until(
    () => /Gatehouse listens on (\S+)/.exec(running.stdout + running.stderr)?.[1],
    'the start',
    running.exited,
  );
  return {
    url,
    child,
    get said() {
      return running.stdout + running.stderr;
    },
  };
}

/** Runs a line at a terminal of its own; what it says is in a file of its folder. */
async function atTerminal(line: string, more: Readonly<Record<string, string>>, file = 'nohup.out') {
  const folder = temporaryFolder();
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: folder,
    env: environment(folder, more),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const running = gather(child);
  const read = () => attempt(() => readFileSync(join(folder, file), 'utf8')) ?? '';
  const listening = () => /Gatehouse listens on (\S+)/.exec(read())?.[1];
  const url = await until(listening, 'the start', running.exited);
  const family = descendants(Number(child.pid));
  onTestFinished(() => {
    for (const pid of family) attempt(() => process.kill(pid, 'SIGKILL'));
  });
  return {
    url,
    pid: await until(() => family.find((pid) => lineOf(pid).includes('bin/gatehouse.js\0')), 'the server'),
    get said() {
      return read();
    },
    /** As a window that is closed: the system sends SIGHUP to whatever runs in it. */
    closeTerminal: () => child.kill('SIGKILL'),
  };
}

/** The processes below one, nearest first. */
function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statusOf(Number(name), 'PPid') === String(pid))
    .map(Number);
  return [...children, ...children.flatMap(descendants)];
}

/** A field of a process (proc_pid_status(5)); nothing if it has gone. */
function statusOf(pid: number, field: string): string {
  const text = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8')) ?? '';
  return new RegExp(`^${field}:\\s*(\\S+)$`, 'm').exec(text)?.[1] ?? '';
}

/** Its program and arguments, each with a NUL behind it. */
const lineOf = (pid: number) => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';

const isNpm = (pid: number) => lineOf(pid).startsWith('npm start');

/** Whether a process has a handler for SIGHUP, which is bit 0 of the mask. */
const handlesHangup = (pid: number) => /[13579bdf]$/.test(statusOf(pid, 'SigCgt'));

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function killGroup({ pid }: ChildProcess): void {
  attempt(() => process.kill(-Number(pid), 'SIGKILL'));
}

const answers = (url: string) =>
  send(url, { path: '/readyz' }).then(
    ({ status }) => status === 200,
    () => false,
  );

const ignored = '"msg":"SIGHUP ignored: nohup started this process"';

/** The server gets SIGHUP, logs that it ignores it, answers, and ends in order on SIGTERM. */
async function expectImmune(server: Started): Promise<void> {
  const group = -Number(server.child.pid);
  process.kill(group, 'SIGHUP');
  await until(() => server.said.includes(ignored) || undefined, 'the line about the signal');
  await wait(500);
  expect(await answers(server.url)).toBe(true);
  process.kill(group, 'SIGTERM');
  await until(() => server.said.includes('"msg":"stopped"') || undefined, 'the end');
  expect(await answers(server.url)).toBe(false);
}

for (const workers of ['1', '2']) {
  onShells(`workers: ${workers}. Under nohup SIGHUP is ignored, and the log says so`, async () => {
    // A second command keeps the shell from becoming the server itself.
    const server = await inShell(['bash', '-c', `nohup ${program}; exit $?`], { GATEHOUSE_WORKERS: workers });
    await expectImmune(server);
    expect(server.said.match(/"msg":"stopped"/g)).toHaveLength(1);
  });

  onShells(`workers: ${workers}. A script that ignores SIGHUP has it ignored`, async () => {
    const server = await inShell(['sh', '-c', `trap '' HUP; ${program}; exit $?`], {
      GATEHOUSE_WORKERS: workers,
    });
    await expectImmune(server);
  });

  onTerminals(`workers: ${workers}. Under nohup the server outlives its terminal`, async () => {
    // dash leaves nothing of nohup in the environment: the only trace is where the outputs go.
    const server = await atTerminal(`sh -c "nohup ${program} & wait"`, { GATEHOUSE_WORKERS: workers });
    server.closeTerminal();
    await until(() => server.said.includes(ignored) || undefined, 'the line about the signal');
    await wait(500);
    expect(await answers(server.url)).toBe(true);
    process.kill(server.pid, 'SIGTERM');
    await until(() => server.said.includes('"msg":"stopped"') || undefined, 'the end');
  });

  onTerminals(`workers: ${workers}. Without nohup it ends in order with its terminal`, async () => {
    const server = await atTerminal(`${program} > log 2>&1`, { GATEHOUSE_WORKERS: workers }, 'log');
    server.closeTerminal();
    await until(() => server.said.includes('"msg":"stopped"') || undefined, 'the end');
    expect(server.said).toContain('"signal":"SIGHUP","msg":"stopping"');
    await until(() => (lives(server.pid) ? undefined : true), 'the end of the process');
  });
}

/** Where `node` is looked for: with the repository's own runtime first, or without it. */
const paths = {
  'the pinned runtime': [dirname(process.execPath), ...searched()],
  'the runtime of the machine': searched(),
};

function searched(): string[] {
  const folders = String(process.env['PATH']).split(delimiter);
  return folders.filter((folder) => !folder.includes('node_modules'));
}

// npm runs a shell that runs the program, and both npm and the shell die of SIGHUP. In the short form each runtime meets one.
const targets = ['npm alone', 'all of the job'] as const;
for (const [n, [runtime, folders]] of Object.entries(paths).entries())
  for (const whom of isFull ? targets : targets.slice(n % 2, (n % 2) + 1)) {
    const PATH = folders.join(delimiter);
    const hangUp = async ({ child }: Started) => {
      const npm = await until(() => descendants(Number(child.pid)).find(isNpm), 'npm');
      process.kill(whom === 'npm alone' ? npm : -Number(child.pid), 'SIGHUP');
    };

    onShells(`npm start on ${runtime}, SIGHUP to ${whom}: the server ends in order`, async () => {
      const server = await inShell(['bash', '-c', 'npm start; exit $?'], { PATH }, root);
      await hangUp(server);
      await until(() => server.said.includes('"msg":"stopped"') || undefined, 'the end');
      expect(server.said.match(/"signal":"\w+","msg":"stopping"/g)).toEqual([
        '"signal":"SIGHUP","msg":"stopping"',
      ]);
      expect(await answers(server.url)).toBe(false);
    });

    onShells(`nohup npm start on ${runtime}, SIGHUP to ${whom}: the server goes on`, async () => {
      const server = await inShell(['bash', '-c', 'nohup npm start; sleep 60'], { PATH }, root);
      await hangUp(server);
      // By now a watcher of npm would have seen its end.
      await wait(1_500);
      expect(server.said).not.toContain('"msg":"stopping"');
      expect(await answers(server.url)).toBe(true);
    });
  }

onShells('a command of the operator under nohup outlives SIGHUP too', async () => {
  const folder = temporaryFolder();
  await commandsOver(join(folder, 'gatehouse.db'))('user add ada');
  const child = spawn('bash', ['-c', `nohup ${program} audit tail --follow; exit $?`], {
    cwd: folder,
    env: environment(folder, {}),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  onTestFinished(() => killGroup(child));
  const running = gather(child);
  const pid = await until(
    () => descendants(Number(child.pid)).find(handlesHangup),
    'the command',
    running.exited,
  );
  process.kill(pid, 'SIGHUP');
  await wait(300);
  expect(lives(pid)).toBe(true);
});
