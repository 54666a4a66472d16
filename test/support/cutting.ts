/** The two ends of a move, which a test may have go wrong at any step. */

import { digest } from '../../src/crypto/ids.ts';
import type { TransferSource, TransferTarget } from '../../src/storage/port/port.ts';
import { openPostgresSource, openPostgresTarget } from '../../src/storage/postgres/maintenance/transfer.ts';
import { transfer } from '../../src/storage/shared/transfer.ts';
import { openSqliteTarget } from '../../src/storage/sqlite/maintenance/import-target.ts';
import { openSqliteSource } from '../../src/storage/sqlite/maintenance/transfer.ts';
import { fileOf } from './moving.ts';

async function sourceAt(address: string): Promise<TransferSource> {
  const source = address.startsWith('file:')
    ? openSqliteSource(fileOf(address))
    : await openPostgresSource(address, '--from', digest);
  if ('refused' in source) throw new Error(source.refused);
  return source;
}

async function targetAt(address: string): Promise<TransferTarget> {
  const target = address.startsWith('file:')
    ? openSqliteTarget(fileOf(address))
    : await openPostgresTarget(address, '--to');
  if ('refused' in target) throw new Error(target.refused);
  return target;
}

export interface Ends {
  readonly source: TransferSource;
  readonly target: TransferTarget;
}

/** Moves with a source or a target that goes wrong, and lets go of both. */
export async function goWrong(
  from: string,
  to: string,
  change: (ends: Ends) => Partial<Ends>,
): Promise<unknown> {
  const ends = { source: await sourceAt(from), target: await targetAt(to) };
  const { source, target } = { ...ends, ...change(ends) };
  try {
    const options = { digest, copy: 'a copy', keepSource: false, now: 1, progress: () => {} };
    return await transfer(source, target, options).catch((error) => error);
  } finally {
    await ends.target.release();
    await ends.source.release();
  }
}

/** Cuts the power when a step is done, counted from 0; `isOver` says whether it came to that. */
export function powerCut(at: number) {
  let steps = 0;
  const cut = async <Result>(step: Promise<Result>): Promise<Result> => {
    const result = await step;
    if (steps++ === at) throw new Error('power cut');
    return result;
  };
  return {
    ends: ({ source, target }: Ends): Ends => ({
      source: { ...source, retire: (moved) => cut(source.retire(moved)) },
      target: {
        ...target,
        begin: (from, note) => cut(target.begin(from, note)),
        write: (table, rows, note) => cut(target.write(table, rows, note)),
        finish: () => cut(target.finish()),
      },
    }),
    get isOver() {
      return steps > at;
    },
  };
}
