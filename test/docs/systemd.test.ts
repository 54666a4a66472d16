/** The systemd unit of docs/deploy/systemd.md: systemd reads it, and its command starts a server that writes to its folder only. */

import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { table } from '../../src/settings/option-table.ts';
import { post, send } from '../support/client.ts';
import { blocks, read, root } from '../support/docs.ts';
import { linesOf } from '../support/log-lines.ts';
import { gather, until } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const page = 'docs/deploy/systemd.md';
const unit = read('deploy/systemd/gatehouse.service');
const onPostgres = read('deploy/systemd/postgresql.conf');

/** The values of a line of the unit. */
const values = (name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

/** Runs its arguments where nothing but the current folder can be written, without the privileges of root. */
const sandbox = `mount --bind . . && mount -o remount,bind,ro / && cd "$PWD" && ! touch "$CLONE/written" 2>/dev/null &&
  exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;

function isPermitted(): boolean {
  const args = ['-m', 'sh', '-c', sandbox, 'sh', 'true'];
  return (
    spawnSync('unshare', args, { cwd: temporaryFolder(), env: { ...process.env, CLONE: root } }).status === 0
  );
}

test.for([
  ['starts a server that works and stops in order', []],
  [
    'does so without privileges, and with nothing to write to but the folder of its state',
    ['unshare', '-m', 'sh', '-c', sandbox, 'sh'],
  ],
] as const)('the command of the systemd unit %s', async ([, around], context) => {
  if (around.length > 0 && !isPermitted()) context.skip('it needs root, unshare and setpriv');
  const state = temporaryFolder();
  const credentials = temporaryFolder();
  const here = (text: string) =>
    text
      .replaceAll('/srv/gatehouse', root)
      .replaceAll('/var/lib/gatehouse', state)
      .replaceAll('/etc/gatehouse', credentials)
      .replaceAll('%d', credentials);
  for (const line of commandsOf('/etc/gatehouse/').filter((text) => text.includes('secret-key')))
    execFileSync('sh', ['-c', here(line)]);
  const [command = ''] = values('ExecStart').map(here);
  const [cwd = ''] = values('WorkingDirectory').map(here);
  const own = Object.fromEntries(values('Environment').map((line) => here(line).split(/=(.*)/s, 2)));
  const [file, ...args] = [...around, ...command.split(' ')];
  const path = [dirname(process.execPath), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter);
  const env = { ...own, PATH: path, PORT: '0', GATEHOUSE_PBKDF2_ITERATIONS: '1000', CLONE: root };
  const { child, exited, ...said } = started(spawn(String(file), args, { cwd, env }));
  const address = () => linesOf(said.stdout()).find(({ msg }) => msg === 'listening')?.['url'];
  const url = String(await until(address, `the address; standard error: ${said.stderr()}`, exited));

  const registered = await post(url, '/auth/register', {
    email: 'user@example.com',
    password: 'supersecure',
  });
  const headers = { 'x-session-id': String(registered.json['session_id']) };
  const check = await send(url, { path: '/auth/session', headers });
  const verification = await send(url, { method: 'POST', path: '/auth/email/verify/request', headers });
  expect([registered.status, check.status, verification.status]).toEqual([201, 200, 202]);
  await until(() => readdirSync(join(state, 'outbox'))[0], 'the mail').catch(() => undefined);
  expect(await listed(here)).toContain('user@example.com');
  child.kill('SIGTERM');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(readdirSync(state).sort()).toEqual(['gatehouse.db', 'outbox']);
});

/** The lines of the page's commands that have a word. */
function commandsOf(word: string): string[] {
  const lines = blocks(page, 'sh').flatMap((text) => text.trimEnd().split('\n'));
  return lines.filter((line) => line.includes(word));
}

/** The accounts, by the command of the page, without the change of the user. */
async function listed(here: (text: string) => string): Promise<string> {
  const command = blocks(page, 'sh').find((text) => text.startsWith('sudo -u gatehouse ')) ?? '';
  const own = here(command.replace('sudo -u gatehouse ', '')).replace(' node ', ` '${process.execPath}' `);
  return (await promisify(execFile)('sh', ['-c', own])).stdout;
}

function started(child: ReturnType<typeof spawn>) {
  const all = gather(child);
  return { child, exited: all.exited, stdout: () => all.stdout, stderr: () => all.stderr };
}

test('systemd reads every line of the unit, and finds little that it could do to the machine', (context) => {
  if (spawnSync('systemd-analyze', ['--version']).error)
    context.skip('systemd is not installed: apt-get install systemd');
  const file = join(temporaryFolder(), 'gatehouse.service');
  writeFileSync(file, unit.replaceAll('/srv/gatehouse', root));
  // With the file for PostgreSQL and that of a mail server beside it, as on the page.
  mkdirSync(`${file}.d`);
  writeFileSync(join(`${file}.d`, 'postgresql.conf'), onPostgres);
  writeFileSync(join(`${file}.d`, 'override.conf'), blocks(page, 'ini')[0] ?? '');
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  const about = verified.stderr.split('\n').filter((line) => line.includes('gatehouse'));
  expect([verified.status, about]).toEqual([0, []]);
  const judged = spawnSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' });
  const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(judged.stdout) ?? [];
  expect(Number(exposure), judged.stderr).toBeLessThan(2);
});

test('the credentials of the unit and the variables that name their files belong together', () => {
  for (const text of [unit, onPostgres, ...blocks(page, 'ini')]) {
    const loaded = [...text.matchAll(/^LoadCredential=([\w-]+):\/etc\/gatehouse\/\1$/gm)].map(
      ([, name]) => name,
    );
    const named = [...text.matchAll(/^Environment=([A-Z_]+)_FILE=%d\/([\w-]+)$/gm)];
    expect(loaded.length).toBeGreaterThan(0);
    expect(named.map(([, , name]) => name)).toEqual(loaded);
    const secrets = Object.values(table).filter(({ secret }) => secret);
    for (const [, env] of named) expect(secrets.map((one) => one.env)).toContain(env);
  }
  // A blank value counts as unset, so that the file of PostgreSQL is not a second one.
  expect(onPostgres).toContain('\nEnvironment=DATABASE_URL=\n');
});

test('the page copies files that exist', () => {
  const copied = commandsOf('/srv/gatehouse/deploy/').map(
    (line) => /\/srv\/gatehouse\/(\S+)/.exec(line)?.[1],
  );
  expect(copied).toEqual(['deploy/systemd/gatehouse.service', 'deploy/systemd/postgresql.conf']);
});
