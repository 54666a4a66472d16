/** Follows a section of `docs/add-login.md` word by word, in an empty folder outside the repository. */

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { expect, inject } from 'vitest';
import { type Console, consoles, masked } from '../../support/console.ts';
import { part, read, root } from '../../support/docs.ts';
import { freePort } from '../../support/port.ts';
import { type Child, gather, until } from '../../support/process.ts';
import { temporaryFolder } from '../../support/server.ts';

export const page = 'docs/add-login.md';

const { version } = JSON.parse(read('package.json')) as { version: string };
const tarballName = `gatehouse-auth-${version}.tgz`;

/** An application that was built as a section says. */
export interface Followed {
  readonly folder: string;
  readonly url: string;
  readonly child: Child;
}

/**
 * Does what a section says: writes each file that a fence names, runs its commands, starts the last one, and waits until it
 * answers. Only the installation is not npm's: the same packages come from folders that are installed already.
 *
 * @param modules the folders of installed packages, the first one that has a package is taken.
 */
export async function follow(heading: string, modules: readonly string[]): Promise<Followed> {
  const text = part(page, heading);
  const folder = temporaryFolder();
  const port = await freePort();
  const env = {
    HOME: folder,
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    PORT: String(port),
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
  };
  const fences = [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
  const commands: string[] = [];
  for (const [, kind, name, content = ''] of fences)
    if (name) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    } else {
      expect(kind, 'a fence without a file name holds commands').toBe('sh');
      commands.push(...content.trim().split('\n'));
    }
  const start = commands.pop() ?? '';
  for (const command of commands) {
    if (command.startsWith('npm install ')) install(folder, command.split(' ').slice(2), modules);
    else execFileSync('bash', ['-ec', command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const child = gather(
    spawn('bash', ['-c', `exec ${start}`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const url = `http://127.0.0.1:${port}`;
  // Only Gatehouse answers so; until then nothing listens.
  const answers = async () => {
    const answer = await fetch(`${url}/auth/session`).catch(() => undefined);
    return answer?.status === 401 || undefined;
  };
  await until(answers, `${heading} to answer; it says: ${child.stderr}`, child.exited);
  return { folder, url, child };
}

/** Runs the transcript of the page in the folder of an application. */
export function tryIt(
  { folder, url }: Followed,
  transcript: readonly Console[] = consoles(part(page, '## Try it')),
): void {
  expect(transcript.length).toBeGreaterThan(0);
  for (const { command, output } of transcript) {
    const own = command.replaceAll('http://127.0.0.1:3000', url);
    const said = execFileSync('bash', ['-c', own], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(masked(said.trim()), command).toBe(masked(output));
  }
}

/** Lays packages out as npm would: ours from its tarball, with what it depends on, and others by links. */
function install(folder: string, words: readonly string[], modules: readonly string[]): void {
  const target = join(folder, 'node_modules');
  for (const word of words.filter((word) => !word.startsWith('--'))) {
    if (word.endsWith('.tgz')) {
      expect(word).toBe(`../gatehouse/${tarballName}`);
      installPacked(target);
      continue;
    }
    const from = [...modules, join(root, 'node_modules')].map((place) => join(place, word)).find(existsSync);
    if (!from) throw new Error(`${word} is not installed for the tests: add it to their package.json`);
    link(from, join(target, word));
  }
  link(join(root, 'node_modules/.bin'), join(target, '.bin'));
}

function installPacked(target: string): void {
  const own = join(target, 'gatehouse-auth');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', inject('tarball'), '--strip-components=1', '-C', own]);
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) link(join(root, 'node_modules', name), join(target, name));
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(from, to);
}

/** Every file below a folder, by its path from there, without installed packages. */
export function filesIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter(
    (path) => !path.split(sep).includes('node_modules'),
  );
}
