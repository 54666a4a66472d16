/** A PostgreSQL server of Debian's packages with its `pg_dump`, which the package of our tests does not have. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { account, handOver } from '../postgres/account.ts';

const versions = '/usr/lib/postgresql';

/** The programs of the newest version that is installed whole. */
export const debianPostgres: string | undefined = existsSync(versions)
  ? readdirSync(versions)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(versions, version, 'bin'))
      .find((folder) =>
        ['initdb', 'pg_ctl', 'psql', 'pg_dump'].every((name) => existsSync(join(folder, name))),
      )
  : undefined;

/** Runs SQL on a new server, and returns what its `pg_dump` writes with each of the lists of options. */
export function dumpsOf(sql: string, ...options: readonly (readonly string[])[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'dump-'));
  handOver(folder);
  const run = (name: string, args: readonly string[], input = ''): string => {
    const { status, stdout, stderr } = spawnSync(join(debianPostgres ?? '', name), args, {
      ...account,
      input,
      cwd: folder,
      env: { PGHOST: folder, PGUSER: 'postgres', PGDATABASE: 'postgres', LC_ALL: 'C.UTF-8' },
      // What pg_ctl starts keeps the pipes of its parent open.
      stdio: name === 'pg_ctl' ? 'ignore' : 'pipe',
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`${name} failed: ${stderr ?? status}`);
    return stdout?.toString() ?? '';
  };
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  run('initdb', ['-D', 'data', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  run('pg_ctl', [
    '-D',
    'data',
    '-w',
    '-o',
    `-c listen_addresses='' -c unix_socket_directories=${folder} -F`,
    'start',
  ]);
  try {
    run('psql', ['-q', '-v', 'ON_ERROR_STOP=1'], sql);
    return options.map((list) => run('pg_dump', list));
  } finally {
    run('pg_ctl', ['-D', 'data', '-m', 'immediate', 'stop']);
  }
}
