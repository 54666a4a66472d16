/** PgBouncer before a PostgreSQL server, where the machine has it. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../port.ts';
import { account, handOver } from './account.ts';
import { newFolder } from './home.ts';
import { removeFolder } from './remains.ts';
import type { AtEnd } from './server.ts';

/** Where it is; undefined if this machine has none. Its package puts it where only administrators look. */
export const program = ['pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer'].find(
  (path) => spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** The address of a database by way of a pooler. */
export type Through = (url: string) => string;

export interface PoolerOptions {
  /** Anything of its configuration, besides what it needs to run. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Who ends it, and when. */
  readonly atEnd: AtEnd;
}

/** Starts a pooler in transaction mode before the server of an address, for the role of that address. */
export async function startPooler(server: string, { settings = {}, atEnd }: PoolerOptions): Promise<Through> {
  if (program === undefined) throw new Error('There is no PgBouncer on this machine.');
  const folder = newFolder('pooler');
  const [configuration, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users')];
  const { username, password, port: serverPort } = new URL(server);
  const port = Number(settings['listen_port'] ?? (await freePort()));
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: 'transaction',
    default_pool_size: '4',
    max_client_conn: '500',
    // Each database has connections of its own, and there are many databases.
    server_idle_timeout: '1',
    log_connections: '0',
    log_disconnections: '0',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(users, `"${username}" "${password}"\n`, { mode: 0o600 });
  writeFileSync(
    configuration,
    `[databases]\n* = host=127.0.0.1 port=${serverPort}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  for (const path of [folder, configuration, users]) handOver(path);
  // It does not run as root, and ends when its parent has ended, however that happened.
  const child = spawn(
    'sh',
    ['-c', '"$0" -q "$1" & pooler=$!; cat > /dev/null; kill -9 $pooler', program, configuration],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      ...account,
    },
  );
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const gone = once(child, 'exit');
  atEnd(async () => {
    child.stdin.end();
    await gone;
    removeFolder(folder);
  });
  const giveUpAt = performance.now() + 10_000;
  while (!(await answers(port))) {
    if (performance.now() > giveUpAt) throw new Error(`PgBouncer did not start: ${said}`);
  }
  return (url) => {
    const address = new URL(url);
    address.port = String(port);
    return address.href;
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isThere = await Promise.race([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
    once(socket, 'close').then(() => false),
  ]);
  socket.destroy();
  if (!isThere) await new Promise((resolve) => setTimeout(resolve, 10));
  return isThere;
}
