/** What the documentation shows is run: its commands against a real server, its programs as programs. */

import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { consoles, masked, varying } from '../support/console.ts';
import { blocks, pages, read, root } from '../support/docs.ts';
import { startServer, temporaryFolder } from '../support/server.ts';

describe('the commands of the documentation answer what it says', () => {
  /** Where an operator sits who started the server in this folder: the command line, the database, the outbox. */
  function operatorOf(file: string, folder: string): NodeJS.ProcessEnv {
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(dirname(file), 'outbox'), join(folder, 'data/outbox'));
    const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/gatehouse.js')}' "$@"\n`;
    writeFileSync(join(folder, 'gatehouse'), program, { mode: 0o755 });
    const path = `${folder}${delimiter}${process.env['PATH']}`;
    return { ...process.env, PATH: path, DATABASE_URL: `file:${file}`, GATEHOUSE_PBKDF2_ITERATIONS: '1000' };
  }

  const walks = ['README.md', 'docs/account-life.md'];

  test.each([...walks, ...pages.filter((name) => name.startsWith('docs/contracts/'))])('%s', async (file) => {
    expect(consoles(read(file)).length).toBeGreaterThan(2);
    const server = await startServer();
    const cwd = temporaryFolder();
    const env = operatorOf(server.file, cwd);
    const given = new Map<string, string>();
    for (const { command, output } of consoles(read(file))) {
      // What an earlier answer gave out goes into later commands.
      const own = command.replace(varying, (written) => given.get(written) ?? written);
      const { stdout } = await promisify(execFile)(
        'bash',
        ['-c', own.replaceAll('http://127.0.0.1:3000', server.url)],
        { cwd, env },
      );
      const answered = stdout.replaceAll('\r', '').trim();
      expect(masked(answered), command).toBe(masked(output));
      const ids = answered.match(varying) ?? [];
      (output.match(varying) ?? []).forEach((written, i) => {
        given.set(written, ids[i] ?? '');
      });
    }
  });
});

describe('the examples of embedding run', () => {
  const programs = blocks('docs/embedding.md', 'js').filter((program) => program.includes('.PORT'));

  const names = ['Node.js'];

  test.each(programs.map((program, i) => [names[i], program] as const))('%s', async (_name, program) => {
    const folder = temporaryFolder();
    // The sources stand for the package, whose build may be older than they are; the port is printed on standard output.
    const ownPort = program
      .replace("from 'gatehouse-auth'", `from '${join(root, 'src/index.ts')}'`)
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
  });

  test('there is one', () => {
    expect(programs).toHaveLength(names.length);
  });
});
