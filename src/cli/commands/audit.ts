/** `gatehouse audit`: shows, exports and verifies the audit. */

import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ChainLink } from '../../storage/port/port.ts';
import { addCommand, addGroup } from '../command.ts';
import { type CommandContext, findAuditedUser, withServices } from '../command-services.ts';
import { CommandError, exitCodes, refusalError } from '../exit-codes.ts';
import { entryJson, type Format, printLine, printNote, printResult } from '../output.ts';
import { withProgress } from '../progress.ts';
import { addAuditTail } from './audit-tail.ts';

/** Entries in one read. */
const page = 1_000;

export function addAuditCommands(program: Command): void {
  const audit = addGroup(program, 'audit', 'Show, export and verify the audit');

  addAuditTail(audit);

  addCommand(audit, 'export', {
    summary: 'Write all entries as JSON, one per line, oldest first',
    more: 'Each entry has its hash: SHA-256 over the previous hash and the entry. An export can be checked against a later one.',
    examples: [
      'gatehouse audit export --output audit.jsonl',
      'gatehouse audit export --user ada@example.com',
    ],
    hasNoJson: true,
  })
    .option('--user <user>', 'only entries about this user; a deleted user is named by id')
    .option('--output <file>', 'write to a new file instead of standard output')
    .action(exportEntries);

  addCommand(audit, 'verify', {
    summary: 'Check the audit for changed or missing entries',
    more:
      'Prints the end of the chain. Exits with 1 at the first changed or missing entry, and names it. Missing newest ' +
      'entries are found only with --end: take an end from the log of the server ("audit end", each minute).',
    examples: ['gatehouse audit verify', 'gatehouse audit verify --end "$AUDIT_END"'],
  })
    .option('--end <seq:hash>', 'an earlier end that the chain must still contain', endOf)
    .action(verify);
}

async function exportEntries(options: { user?: string; output?: string }): Promise<void> {
  await withServices(async (work) => {
    const userId = await findAuditedUser(work, options.user);
    const { output } = options;
    if (output === undefined) await eachEntry(work, userId, printLine);
    else printNote(`${await writeTo(output, (write) => eachEntry(work, userId, write))} entries.`);
  });
}

/** Passes all current entries to `write`, in order; returns their number. */
function eachEntry(
  { services }: CommandContext,
  userId: string | undefined,
  write: (text: string) => Promise<void>,
): Promise<number> {
  return withProgress('Exporting', async (progress) => {
    const [last] = await services.store.audit.read({ limit: 1 });
    const [first] = await services.store.audit.read({ after: 0, limit: 1 });
    const [start, end] = [first?.seq ?? 1, last?.seq ?? 0];
    let [written, after] = [0, 0];
    while (after < end) {
      const entries = await services.store.audit.read({ userId, after, limit: page });
      for (const entry of entries.filter(({ seq }) => seq <= end)) {
        await write(JSON.stringify(entryJson(entry)));
        written += 1;
      }
      after = entries.length < page ? end : (entries.at(-1)?.seq ?? end);
      progress(after - start + 1, end - start + 1);
    }
    return written;
  });
}

/** Writes to a new file. Removes an unfinished file. */
async function writeTo(
  file: string,
  work: (write: (text: string) => Promise<void>) => Promise<number>,
): Promise<number> {
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  await opened(stream);
  const write = (text: string) =>
    new Promise<void>((resolve, reject) =>
      stream.write(`${text}\n`, (error) => (error ? reject(error) : resolve())),
    );
  try {
    const written = await work(write);
    await new Promise<void>((resolve) => stream.end(resolve));
    return written;
  } catch (error) {
    stream.destroy();
    await rm(file, { force: true });
    throw error;
  }
}

function opened(stream: WriteStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EEXIST') reject(refusalError({ refused: 'target_exists' }));
      else if (code === 'ENOENT') reject(refusalError({ refused: 'target_folder_missing' }));
      else reject(new CommandError(exitCodes.failed, message));
    });
  });
}

/** An end of the chain, in the form of `verify` and of the log. */
function endOf(text: string): ChainLink {
  const [, seq, hash] = /^(0|[1-9]\d{0,14}):([\da-f]{64})$/i.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash: hash.toLowerCase() };
  throw new CommandError(
    exitCodes.usage,
    '--end must be SEQ:HASH as `gatehouse audit verify` prints it: a number, a colon and 64 hexadecimal digits.',
  );
}

function verify({ end: noted, ...format }: Format & { end?: ChainLink }): Promise<void> {
  return withServices(async ({ services: { audit, store } }) => {
    // Read first, so that the printed end is a verified one.
    const end = await audit.end();
    const verdict = await withProgress('Verifying', (progress) => store.audit.verify(progress));
    const held = verdict.intact && noted ? await audit.holds(noted) : 'held';
    if (!verdict.intact || held !== 'held') process.exitCode = exitCodes.failed;
    if (!verdict.intact) {
      const { brokenAt } = verdict;
      const people = `Broken: entry ${brokenAt} is changed, missing or out of place.`;
      return printResult(format, { intact: false, broken_at: brokenAt }, people);
    }
    const about = { entries: verdict.entries, end: written(end) };
    if (held === 'held' || !noted) {
      const people = `Intact: ${verdict.entries} entries.\nEnd: ${about.end}`;
      return printResult(format, { intact: true, ...about }, people);
    }
    const people = `Broken: the chain does not hold ${written(noted)}. ${lacks[held]}\nEnd: ${about.end}`;
    await printResult(format, { intact: false, lacks: written(noted), because: held, ...about }, people);
  });
}

const lacks = {
  missing: 'Entries were cut off or replaced since it was noted, or a backup was restored.',
  swept: 'It is older than the entries that are kept: take an end that was noted later.',
} as const;

function written({ seq, hash }: ChainLink): string {
  return `${seq}:${hash}`;
}
