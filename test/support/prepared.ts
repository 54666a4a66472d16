/** A SQLite file that is made once for a file of tests, with the commands of the operator; each test works on a copy. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsOver, type Said } from './command.ts';
import { temporaryFolder } from './server.ts';

export const freshFile = (): string => join(temporaryFolder(), 'gatehouse.db');

/** Returns a function that makes a copy for the test that calls it. */
export function prepared(
  prepare: (run: (words: string) => Promise<Said>) => Promise<unknown>,
): () => Promise<string> {
  let original: Promise<Buffer> | undefined;
  const make = async () => {
    const file = freshFile();
    await prepare(commandsOver(file));
    if (existsSync(`${file}-wal`)) throw new Error('Not all of the database is in the file.');
    return readFileSync(file);
  };
  return async () => {
    original ??= make();
    const file = freshFile();
    writeFileSync(file, await original, { mode: 0o600 });
    return file;
  };
}
