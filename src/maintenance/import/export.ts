/** Writes all accounts with their live sessions in the native format. */

import type { SecretBox } from '../../crypto/secret-box.ts';
import { databaseFile, isFile, type Settings } from '../../settings/settings.ts';
import type { Progress } from '../../storage/port/port.ts';
import type { AccountExport } from '../../storage/port/transfer/exports.ts';
import { openSqliteExport } from '../../storage/sqlite/maintenance/export.ts';
import { lineOf } from './native/write-line.ts';

export interface ExportOptions {
  /** Sessions that are dead at this instant are left out. */
  readonly at: number;
  /** Opens secrets of authenticator apps, which are then written in plain; without it they stay encrypted. */
  readonly box: SecretBox | undefined;
  /** Gets the text of some lines, each with its end. */
  readonly write: (text: string) => Promise<void>;
  /** May throw to end the export. */
  readonly progress: Progress;
}

export interface Exported {
  readonly accounts: number;
  readonly sessions: number;
  /** Secrets of authenticator apps, and how many of them are encrypted in the export. */
  readonly secrets: number;
  readonly sealed: number;
}

/** Text that is collected before it is written. */
const bufferedLength = 65_536;

/**
 * Exports one snapshot: what is written meanwhile is not in it. At most a page of accounts and one of sessions is in memory.
 * `pooled` if the address of PostgreSQL leads through a pooler.
 */
export async function exportAccounts(
  settings: Settings,
  options: ExportOptions,
): Promise<Exported | 'pooled'> {
  const snapshot = await openSnapshot(settings);
  if (snapshot === 'pooled') return snapshot;
  try {
    return await writeAll(snapshot, options);
  } finally {
    await snapshot.release();
  }
}

async function openSnapshot(settings: Settings): Promise<AccountExport | 'pooled'> {
  if (isFile(settings)) return openSqliteExport(databaseFile(settings));
  const { openPostgresExport } = await import('../../storage/postgres/maintenance/export.ts');
  const { databaseUrl, databaseListenUrl } = settings;
  // The address for notifications leads to the database itself, where there is a pooler.
  return databaseListenUrl === ''
    ? openPostgresExport(databaseUrl, 'DATABASE_URL')
    : openPostgresExport(databaseListenUrl, 'GATEHOUSE_DATABASE_LISTEN_URL');
}

async function writeAll(snapshot: AccountExport, options: ExportOptions): Promise<Exported> {
  const { at, box, write, progress } = options;
  const counts = { accounts: 0, sessions: 0, secrets: 0, sealed: 0 };
  let waiting = '';
  for await (const item of snapshot.items(at)) {
    const line = lineOf(item, (sealed, userId) => {
      counts.secrets += 1;
      const secret = box?.open(sealed, userId)?.text;
      if (secret === undefined) counts.sealed += 1;
      return secret;
    });
    if ('account' in item) counts.accounts += 1;
    counts.sessions += item.sessions.length;
    waiting += `${line}\n`;
    if (waiting.length < bufferedLength) continue;
    progress(counts.accounts, Math.max(snapshot.count, 1));
    await write(waiting);
    waiting = '';
  }
  progress(1, 1);
  if (waiting !== '') await write(waiting);
  return counts;
}
