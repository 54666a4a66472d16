/** Backs up, restores and inspects the database. */

import { setImmediate as pause } from 'node:timers/promises';
import { prefixesToWrap } from '../crypto/hashes/wrapping.ts';
import { openServices } from '../open-services.ts';
import { databaseFile, type Settings } from '../settings/settings.ts';
import type {
  Backup,
  BackupRefusal,
  Inspection,
  Progress,
  Replaced,
  ReplaceRefusal,
  ServerInspection,
  SourceRefusal,
} from '../storage/port/port.ts';
import { backupDatabase } from '../storage/sqlite/maintenance/backup.ts';
import { inspectDatabase } from '../storage/sqlite/maintenance/inspect.ts';
import { lockDatabase } from '../storage/sqlite/maintenance/restore.ts';
import { type Settled, settleRestored } from '../usecases/admin/after-restore.ts';
import { isRefusal } from '../usecases/refusals.ts';
import type { Caller } from '../usecases/services.ts';

export type { Backup, BackupRefusal, Inspection, Progress, ServerInspection };

/** The result of a restore. */
export type Restored = Settled & Replaced;

/** The reason why a restore was refused. The database is unchanged. */
export type RestoreRefusal = SourceRefusal | ReplaceRefusal;

/** Copies the database to a new file, also while it is in use. */
export function backup(
  settings: Settings,
  target: string,
  progress: Progress,
): Promise<Backup | BackupRefusal> {
  return backupDatabase(databaseFile(settings), target, progress);
}

/**
 * Replaces the database by a copy. The copy is migrated and its sessions are ended before it gets the name of the
 * database, so that no server accepts a session that had ended.
 */
export async function restore(
  settings: Settings,
  source: string,
  keepSessions: boolean,
  caller: Caller,
  progress: Progress,
): Promise<Restored | RestoreRefusal> {
  const locked = lockDatabase(databaseFile(settings));
  if (isRefusal(locked)) return locked;
  try {
    const draft = await locked.copy(source, progress);
    if (typeof draft !== 'string') return draft;
    const settled = await settle(settings, draft, keepSessions, caller);
    const stamp = new Date(caller.now).toISOString().replace(/[-:]|\.\d+/g, '');
    return { ...settled, ...locked.replace(draft, stamp) };
  } finally {
    locked.release();
  }
}

/** Inspects the database without changing it; `undefined` if it does not exist. */
export function inspect(settings: Settings): Inspection | undefined {
  return inspectDatabase(databaseFile(settings), prefixesToWrap);
}

/**
 * Inspects the database of the settings on its server. `clock` is the clock of this machine.
 *
 * @throws {StoreUnusable} if it cannot be inspected.
 */
export async function inspectServer(settings: Settings, clock: () => number): Promise<ServerInspection> {
  const { inspectPostgres } = await import('../storage/postgres/maintenance/inspect.ts');
  return inspectPostgres(settings.databaseUrl, settings.databaseListenUrl, clock, prefixesToWrap);
}

async function settle(
  settings: Settings,
  draft: string,
  keepSessions: boolean,
  caller: Caller,
): Promise<Settled> {
  const silent = { info: () => {}, error: () => {} };
  const { services, close } = await openServices({ ...settings, databaseUrl: `file:${draft}` }, silent);
  try {
    return await settleRestored(services, keepSessions, caller, pause);
  } finally {
    await close();
  }
}
