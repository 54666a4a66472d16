/** Writes the report of an import to a file of its own, as JSON lines. */

import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { cannotWrite } from '../../disk-errors.ts';
import type { Imported } from '../../maintenance/import/import.ts';
import type { Place } from '../../maintenance/import/records.ts';
import type { ReportEntry } from '../../maintenance/import/report.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { countsJson } from './import-summary.ts';

/** Text that is collected before it is written. */
const bufferedLength = 65_536;

export interface ReportFile {
  add(entry: ReportEntry): void;
  /** Writes the last line, which tells that the report is whole. */
  end(imported: Imported): void;
  /** Closes the file; what was reported before an interruption stays in it. */
  close(): void;
}

/**
 * Opens a new file that only its owner can read.
 *
 * @throws {CommandError} if it exists already.
 */
export function openReportFile(name: string): ReportFile {
  const path = resolve(name);
  const file = opened(path, name);
  let waiting = '';
  const flush = () => {
    try {
      writeSync(file, waiting);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    waiting = '';
  };
  const line = (value: object) => {
    waiting += `${JSON.stringify(value)}\n`;
    if (waiting.length >= bufferedLength) flush();
  };
  return {
    add: ({ kind, outcome, place, userId, message, other }) =>
      line({
        kind,
        outcome,
        ...placeJson(place),
        user_id: userId,
        message,
        other: other && placeJson(other),
      }),
    end(imported) {
      line({ kind: 'summary', ...countsJson(imported) });
      flush();
      fsyncSync(file);
    },
    close() {
      try {
        if (waiting !== '') flush();
      } finally {
        closeSync(file);
      }
    },
  };
}

function opened(path: string, name: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new CommandError(exitCodes.refused, `${name} exists already. It was not changed.`);
    throw cannotWrite(path, error);
  }
}

function placeJson({ file, line }: Place) {
  return { file, line };
}
