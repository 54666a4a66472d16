/** A PostgreSQL server of our own: its process, its data folder, and everything that can befall it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../port.ts';
import { account, handOver } from './account.ts';
import { type Postgres, postgresAt } from './client.ts';
import { freezeFamily, killFamily, thawFamily } from './processes.ts';
import { endServer, pidFile, removeFolder } from './remains.ts';
import { environment, type Template } from './template.ts';

/** Who cleans up, and when. */
export type AtEnd = (clean: () => Promise<void>) => void;

/** A server that belongs to one test, which may do to it what it likes. */
export interface PostgresServer extends Postgres {
  /** The process that listens, which is the parent of all others; undefined while the server is down. */
  readonly pid: number | undefined;
  /** The folder of the data. */
  readonly data: string;
  /** Everything the server has logged. */
  readonly log: string;
  /** Starts again after a stop or a kill, on the same data and the same port, and resolves when it takes connections. */
  start(): Promise<void>;
  /** `smart` waits until all clients have gone, `fast` (the default) sends them away, `immediate` is a crash with manners. */
  stop(mode?: 'smart' | 'fast' | 'immediate'): Promise<void>;
  /**
   * Kills all processes of the server at once. Unlike a power cut it spares what the system has yet to write, so it
   * shows what PostgreSQL handed over in time, not whether `fsync` was called.
   */
  kill(): Promise<void>;
  /** Stops all processes of the server in their tracks. Connections stay open, new ones are accepted by the system, and none is answered. */
  freeze(): Promise<void>;
  /** Lets a frozen server go on. */
  thaw(): void;
  /** From its next start on it takes no writes and waits for a primary to follow. */
  becomeStandby(): void;
  /** How it was started; a replica of it starts the same way. */
  readonly startedWith: Start;
}

export interface Start {
  readonly template: Template;
  /** A folder of the server's own that holds its data as `data`. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly atEnd: AtEnd;
}

const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: '100',
  // Enough for a standby that was away for a while.
  wal_keep_size: '256MB',
  // As it is by default, however large the files of the log are.
  max_wal_size: '1GB',
  log_line_prefix: '%m [%p] ',
};

const signals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** How long a start, with the repair after a crash, may take on a machine that is busy with other things. */
const startingPatienceMs = 60_000;

/** Starts a server over a data folder; whatever is left of it `atEnd` is removed. */
export async function openServer(startedWith: Start): Promise<PostgresServer> {
  const { template, folder, settings, atEnd } = startedWith;
  const data = join(folder, 'data');
  const logFile = join(folder, 'log');
  let port = await freePort();
  let child: ChildProcess | undefined;
  let exited: Promise<void> | undefined;
  atEnd(async () => {
    await endServer(data);
    await exited;
    removeFolder(folder);
  });

  const server: PostgresServer = {
    ...postgresAt(() => port, template.password),
    data,
    get port() {
      return port;
    },
    get pid() {
      return child?.pid;
    },
    get log() {
      return readFileSync(logFile, 'utf8');
    },
    async start() {
      if (child) throw new Error('The server runs already.');
      const log = openSync(logFile, 'a');
      const options = Object.entries({ ...defaults, ...settings, port: String(port) });
      const started = spawn(
        join(template.native, 'bin/postgres'),
        ['-D', data, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        { cwd: folder, env: environment, stdio: ['ignore', log, log], detached: true, ...account },
      );
      closeSync(log);
      child = started;
      exited = new Promise<void>((resolve, reject) => {
        started.once('error', reject).once('exit', () => resolve());
      }).finally(() => {
        child = undefined;
      });
      await ready(started, exited);
    },
    async stop(mode = 'fast') {
      child?.kill(signals[mode]);
      server.thaw();
      await exited;
    },
    async kill() {
      if (child?.pid) await killFamily(child.pid);
      await exited;
    },
    async freeze() {
      if (child?.pid) await freezeFamily(child.pid);
    },
    thaw() {
      if (child?.pid) thawFamily(child.pid);
    },
    becomeStandby() {
      const sign = join(data, 'standby.signal');
      writeFileSync(sign, '', { mode: 0o600 });
      handOver(sign);
    },
    startedWith,
  };

  /** PostgreSQL notes in its file when it takes connections, which spares us from knocking. */
  async function ready(started: ChildProcess, ended: Promise<void>): Promise<void> {
    let over = false;
    void ended.then(
      () => {
        over = true;
      },
      () => {},
    );
    const giveUpAt = performance.now() + startingPatienceMs;
    for (;;) {
      const noted = pidFile(data);
      if (noted?.pid === started.pid && noted?.status === 'ready') return;
      if (over || performance.now() > giveUpAt) throw new Error(`PostgreSQL did not start:\n${server.log}`);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
  }

  for (let attempts = 1; ; attempts++) {
    try {
      await server.start();
      return server;
    } catch (error) {
      // Another process may have taken the port after it was found free.
      if (attempts === 3 || !/Address already in use/.test(server.log)) throw error;
      port = await freePort();
    }
  }
}
