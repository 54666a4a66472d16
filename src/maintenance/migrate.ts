/** Moves a database from one place to another, whatever engines keep it. */

import { digest, newHandle } from '../crypto/ids.ts';
import { databaseFile, isFile } from '../open-services.ts';
import {
  type Progress,
  type SourceUnready,
  StoreUnusable,
  type TargetUnready,
  type TransferSource,
  type TransferTarget,
} from '../storage/port/port.ts';
import { copyOf, type TransferRefusal, type Transferred, transfer } from '../storage/shared/transfer.ts';
import { openSqliteTarget } from '../storage/sqlite/maintenance/import-target.ts';
import { openSqliteSource } from '../storage/sqlite/maintenance/transfer.ts';
import { isRefusal } from '../usecases/services.ts';

export interface MigrateOptions {
  /** An address such as `DATABASE_URL` may be. */
  readonly from: string;
  readonly to: string;
  /** Servers may go on with the source. */
  readonly keepSource: boolean;
  readonly now: number;
  readonly progress: Progress;
}

/** What was moved, and between which addresses; they hold no passwords. */
export interface Migrated extends Transferred {
  readonly from: string;
  readonly to: string;
}

export type MigrationRefusal =
  | SourceUnready
  | TargetUnready
  | TransferRefusal
  | { readonly refused: 'same_place' };

/**
 * Copies everything and makes sure of it; then no server starts on the source any more, and any may on the target.
 * Interrupted in any way, it can be called again and goes on.
 */
export async function migrate(options: MigrateOptions): Promise<Migrated | MigrationRefusal> {
  if (options.from === options.to) return { refused: 'same_place' };
  const source = await openSource(options.from);
  if (isRefusal(source)) return source;
  try {
    const target = await openTarget(options.to);
    if (isRefusal(target)) return gone(source, target) ?? target;
    try {
      const moved = await transfer(source, target, { ...options, digest, copy: newHandle() });
      return isRefusal(moved) ? moved : { ...moved, from: source.name, to: target.name };
    } finally {
      await target.release();
    }
  } finally {
    await source.release();
  }
}

/** A target that is not empty may be the very one the source was moved to before. */
function gone({ moved }: TransferSource, { noted }: TargetUnready): TransferRefusal | undefined {
  return moved && copyOf(noted) !== moved.copy ? { refused: 'source_moved', moved } : undefined;
}

async function openSource(address: string): Promise<TransferSource | SourceUnready> {
  const place = { databaseUrl: address };
  if (isFile(place)) return naming('--from', () => openSqliteSource(databaseFile(place)));
  const { openPostgresSource } = await import('../storage/postgres/maintenance/transfer.ts');
  return openPostgresSource(address, '--from', digest);
}

async function openTarget(address: string): Promise<TransferTarget | TargetUnready> {
  const place = { databaseUrl: address };
  if (isFile(place)) return naming('--to', () => openSqliteTarget(databaseFile(place)));
  const { openPostgresTarget } = await import('../storage/postgres/maintenance/transfer.ts');
  return openPostgresTarget(address, '--to');
}

/** What is wrong with an address is said of where it was written. */
function naming<Result>(option: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    throw new StoreUnusable(error.message.replaceAll('DATABASE_URL', option), { cause: error });
  }
}
