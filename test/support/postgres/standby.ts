/** Streaming replicas: a copy of a running server's data that follows it, and can take its place. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Client } from 'pg';
import { account, handOver } from './account.ts';
import { copyFolder } from './copy.ts';
import { newFolder } from './home.ts';
import { openServer, type PostgresServer } from './server.ts';

export interface StandbyOptions {
  /** Whether a commit on the primary waits until it has reached the disk of the standby. */
  readonly synchronous: boolean;
  /** Where the standby reaches its primary; default: the primary's own port. A proxy may stand between them. */
  readonly primaryPort?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Standby extends PostgresServer {
  /** What the primary knows it as, in `pg_stat_replication` and `synchronous_standby_names`. */
  readonly name: string;
  /** Makes it a primary; resolves when it takes writes. */
  promote(): Promise<void>;
}

/** What a standby must not inherit: what belongs to the running primary, and what is streamed anyway. */
const ownToPrimary =
  /^(?:postmaster\.(?:pid|opts)|postgresql\.auto\.conf|standby\.signal|backup_label|pg_wal|pg_replslot\/.*)$/;

/** Starts a streaming replica; with `synchronous` a commit on the primary then waits until it has reached the disk there. */
export async function startStandby(primary: PostgresServer, options: StandbyOptions): Promise<Standby> {
  const like = primary.startedWith;
  const { synchronous, primaryPort = primary.port, settings } = options;
  const folder = newFolder('standby');
  const data = join(folder, 'data');
  const name = basename(folder).replaceAll('-', '_').toLowerCase();
  await copyRunning(primary, data);
  for (const path of ['pg_wal', 'pg_wal/archive_status', 'pg_wal/summaries']) {
    mkdirSync(join(data, path), { mode: 0o700 });
    handOver(join(data, path));
  }
  for (const file of ['standby.signal', 'postgresql.auto.conf']) {
    writeFileSync(join(data, file), '', { mode: 0o600 });
    handOver(join(data, file));
  }
  const primary_conninfo = `host=127.0.0.1 port=${primaryPort} user=postgres password=${like.template.password} application_name=${name}`;
  const server = await openServer({
    ...like,
    folder,
    settings: { ...like.settings, ...settings, primary_conninfo },
  });
  const follows = async () => {
    const [seen] = await primary.query<{ state: string; sync_state: string }>(
      'SELECT state, sync_state FROM pg_stat_replication WHERE application_name = $1',
      [name],
    );
    return seen?.state === 'streaming' && (!synchronous || seen.sync_state === 'sync');
  };
  if (synchronous) {
    await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await primary.query('SELECT pg_reload_conf()');
  }
  await untilTrue(follows, 'the standby to follow');
  return Object.defineProperties({} as Standby, {
    ...Object.getOwnPropertyDescriptors(server),
    name: { value: name },
    promote: { value: async () => void (await server.query('SELECT pg_promote(wait => true)')) },
  });
}

/** Copies the data of a running server so that the copy can be repaired from the log that is streamed to it. */
async function copyRunning(primary: PostgresServer, data: string): Promise<void> {
  const client = new Client({ connectionString: primary.url() });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', fast => true)");
    await copyFolder(primary.data, data, { owner: account, without: (path) => ownToPrimary.test(path) });
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
    writeFileSync(join(data, 'backup_label'), rows[0].labelfile, { mode: 0o600 });
    handOver(join(data, 'backup_label'));
  } finally {
    await client.end();
  }
}

async function untilTrue(look: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  while (!(await look())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
