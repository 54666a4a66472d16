/** Moves a database between files and servers of either engine. */

import { digest, newHandle } from '../crypto/ids.ts';
import { databaseFile, isFile } from '../settings/settings.ts';
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
import { isRefusal } from '../usecases/refusals.ts';

export interface MigrateOptions {
  /** An address in the form of `DATABASE_URL`. */
  readonly from: string;
  readonly to: string;
  /** Leaves the source usable for servers. */
  readonly keepSource: boolean;
  readonly now: number;
  readonly progress: Progress;
}

/** The result of a migration, with both addresses. They contain no passwords. */
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
 * Copies everything and verifies the copy. Then it closes the source for servers and opens the target for them. After any
 * interruption it continues when it is called again.
 */
export async function migrate(options: MigrateOptions): Promise<Migrated | MigrationRefusal> {
  if (options.from === options.to) return { refused: 'same_place' };
  const source = await openSource(options.from);
  if (isRefusal(source)) return source;
  try {
    const target = await openTarget(options.to);
    if (isRefusal(target)) return movedBefore(source, target) ?? target;
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

/** A target that is not empty may be the one that the source was moved to before. */
function movedBefore({ moved }: TransferSource, { noted }: TargetUnready): TransferRefusal | undefined {
  return moved && copyOf(noted) !== moved.copy ? { refused: 'source_moved', moved } : undefined;
}

async function openSource(address: string): Promise<TransferSource | SourceUnready> {
  const settings = { databaseUrl: address };
  if (isFile(settings)) return withOptionName('--from', () => openSqliteSource(databaseFile(settings)));
  const { openPostgresSource } = await import('../storage/postgres/maintenance/transfer.ts');
  return openPostgresSource(address, '--from', digest);
}

async function openTarget(address: string): Promise<TransferTarget | TargetUnready> {
  const settings = { databaseUrl: address };
  if (isFile(settings)) return withOptionName('--to', () => openSqliteTarget(databaseFile(settings)));
  const { openPostgresTarget } = await import('../storage/postgres/maintenance/transfer.ts');
  return openPostgresTarget(address, '--to');
}

/** Errors name the option where the address was given. */
function withOptionName<Result>(option: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    throw new StoreUnusable(error.message.replaceAll('DATABASE_URL', option), { cause: error });
  }
}
