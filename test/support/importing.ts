/** Files of accounts to import, and the commands over a database of either engine. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../../src/maintenance/import/formats/native.ts';
import type { ImportRecord } from '../../src/maintenance/import/records.ts';
import { type CommandOptions, command, type Said } from './command.ts';
import { temporaryFolder } from './server.ts';

/** A file with one JSON object a line; texts are written as they are. */
export function linesFile(lines: readonly (object | string)[], name = 'accounts.jsonl'): string {
  const file = join(temporaryFolder(), name);
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(file, texts.map((text) => `${text}\n`).join(''));
  return file;
}

/** Commands over the database at an address. */
export function commandsAt(address: string, environment: Readonly<Record<string, string>> = {}) {
  const options = { file: 'unused.db', environment: { DATABASE_URL: address, ...environment } };
  return (words: readonly string[], more: Partial<CommandOptions> = {}): Promise<Said> =>
    command(words, { ...options, ...more });
}

/** What an import says of itself. */
export interface ImportSummary {
  readonly complete: boolean;
  readonly accounts: Readonly<Record<string, number>>;
  readonly sessions: Readonly<Record<string, number>>;
  readonly parts: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
  readonly problems: readonly {
    readonly outcome: string;
    readonly lines: readonly Record<string, unknown>[];
  }[];
  readonly hashes_to_wrap: number;
  readonly hashes_to_wrap_in_all: number;
  readonly sessions_pruned: number;
  readonly weak_passwords_tried: number;
}

/** Imports files, and returns the summary; throws if the command says none. */
export async function imported(
  address: string,
  files: readonly string[],
  ...words: readonly string[]
): Promise<ImportSummary> {
  // Weak passwords are a test of their own: each costs two hashes.
  const weak = words.includes('--weak-seconds') ? [] : ['--weak-seconds', '0'];
  const said = await commandsAt(address)(['import', ...files, ...words, ...weak, '--json']);
  if (said.code !== 0 && said.code !== 1) throw new Error(`It ended with ${said.code}: ${said.stderr}`);
  return said.json[0] as unknown as ImportSummary;
}

/** The records of lines in the native format. */
export async function readNative(...texts: readonly string[]): Promise<ImportRecord[]> {
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const file = {
    name: 'a.jsonl',
    async *read() {
      yield bytes;
    },
  };
  return Array.fromAsync(native.read([file], { at: Date.now() }));
}
