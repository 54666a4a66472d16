/** The way over from each of the three origins, as docs/moving-in.md shows it: its commands are run over the samples. */

import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { consoles, masked, varying } from '../support/console.ts';
import { read, root } from '../support/docs.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

const samples = join(root, '..', 'shared', 'samples');

/** Each origin with its samples, under the names that an operator gives the exports. */
const origins = [
  [
    'Focusreader',
    { 'focusreader-users.jsonl': 'users.jsonl', 'focusreader-sessions.jsonl': 'sessions.jsonl' },
  ],
  ['Vault', { 'vault.sql': 'vault.sql' }],
  ['Broadcaster', { 'broadcaster.sql': 'broadcaster.sql' }],
] as const;

const page = read('docs/moving-in.md');

/** The walk-through of an origin. */
function sectionOf(origin: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`Walk-through: ${origin}\n`)) ?? '';
}

/** What a command prints, whether or not it succeeds: an import that leaves something out does not. */
function answerOf(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd, env }, (_error, stdout) => resolve(stdout));
  });
}

/** Two sessions of the samples are alive on one day only: here that day is always yesterday. */
function withLiveSessions(file: string): void {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/2026-11-2[56](?=T)/g, yesterday));
}

test.skipIf(!existsSync(samples)).each(origins)(
  'I1, I2, I4: the people of %s stay signed in, log in with their old passwords, and log out for good',
  async (origin, files) => {
    const shown = consoles(sectionOf(origin));
    expect(shown.length).toBeGreaterThan(5);
    // With fewer iterations no hash of Vault would be weak.
    const server = await startServer({ GATEHOUSE_PBKDF2_ITERATIONS: '220000' });
    const cwd = temporaryFolder();
    for (const [sample, name] of Object.entries(files)) {
      copyFileSync(join(samples, sample), join(cwd, name));
      withLiveSessions(join(cwd, name));
    }
    const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/gatehouse.js')}' "$@"\n`;
    writeFileSync(join(cwd, 'gatehouse'), program, { mode: 0o755 });
    const env = {
      ...process.env,
      PATH: `${cwd}${delimiter}${process.env['PATH']}`,
      DATABASE_URL: `file:${server.file}`,
    };
    for (const { command, output } of shown) {
      const answered = await answerOf(command.replaceAll('http://127.0.0.1:3000', server.url), cwd, env);
      expect(masked(answered.trim()), command).toBe(masked(output));
    }
  },
  120_000,
);

test('each origin has a walk-through, which varies in nothing but ids and instants', () => {
  for (const [origin] of origins) expect(sectionOf(origin).match(varying)?.length).toBeGreaterThan(0);
});
