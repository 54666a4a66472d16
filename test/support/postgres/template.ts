/** A fresh data folder, made once and copied for every server. */

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { account, handOver } from './account.ts';
import { binaries } from './binaries.ts';
import { newFolder } from './home.ts';

export interface Template {
  /** The folder that holds PostgreSQL's `bin`, `lib` and `share`. */
  readonly native: string;
  /** The data folder to copy. */
  readonly data: string;
  /** What the superuser `postgres` has to know. */
  readonly password: string;
}

/** What a program of PostgreSQL sees of the environment. */
export const environment = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

export async function makeTemplate(): Promise<Template> {
  const native = await binaries();
  const folder = newFolder('template');
  const [data, secret] = [join(folder, 'data'), join(folder, 'password')];
  // Others on this machine can reach the servers too, and their superuser may run programs.
  const password = randomBytes(16).toString('hex');
  writeFileSync(secret, password, { mode: 0o600 });
  for (const path of [folder, secret]) handOver(path);
  await promisify(execFile)(
    join(native, 'bin/initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      // The password is random, and each connection of each test would pay for 4,096 of them, on both sides.
      '--set=scram_iterations=1',
      // The first file of the log is copied with every server.
      '--wal-segsize=1',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ],
    { cwd: folder, env: environment, ...account },
  );
  return { native, data, password };
}
