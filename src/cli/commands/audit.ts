/** `gatehouse audit`: what happened, shown, written out and checked. */

import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { AuditEntry, Link } from '../../storage/port/port.ts';
import { findAccount } from '../../usecases/admin/admin-users.ts';
import { add, addGroup } from '../command.ts';
import { accountOf, type Work, withServices } from '../command-services.ts';
import { exits, Failure, failureOf } from '../exit-codes.ts';
import { answer, entryValue, type Format, line, remark, Table, when } from '../output.ts';
import { withProgress } from '../progress.ts';

/** Entries read from the database in one go. */
const page = 1_000;

/** How often `--follow` looks for new entries. */
const lookEveryMs = 500;

const heads = ['TIME', 'EVENT', 'OUTCOME', 'CONTRACT', 'NETWORK', 'HANDLE', 'USER'];

type Chosen = Format & { user?: string };

export function addAuditCommands(program: Command): void {
  const audit = addGroup(program, 'audit', 'Show, write out and check what happened');

  add(audit, 'tail', {
    summary: 'Show the newest entries, oldest of them first',
    examples: ['gatehouse audit tail', 'gatehouse audit tail --user ada@example.com --lines 5 --json'],
  })
    .option('--lines <number>', 'how many entries', count, 20)
    .option('--user <user>', 'only entries about this user, who may be gone: then by id')
    .option('--follow', 'go on with new entries as they come, until Ctrl-C')
    .action(tail);

  add(audit, 'export', {
    summary: 'Write all entries as JSON, one a line, oldest first',
    more:
      'Each entry carries its hash: SHA-256 over the hash before it and the entry, ' +
      'so that an export can be checked against a later one.',
    examples: [
      'gatehouse audit export --output audit.jsonl',
      'gatehouse audit export --user ada@example.com',
    ],
    speaksToPeople: true,
  })
    .option('--user <user>', 'only entries about this user, who may be gone: then by id')
    .option('--output <file>', 'write to a new file instead of standard output')
    .action(writeOut);

  add(audit, 'verify', {
    summary: 'Look for a changed or missing entry, and print the end of the chain',
    more:
      'Exits with 1 if there is one, and names the first. That the newest entries were cut off shows only beside an ' +
      'end that was noted elsewhere: the log of the server has one for each minute, as "audit end".',
    examples: ['gatehouse audit verify', 'gatehouse audit verify --end "$AUDIT_END"'],
  })
    .option('--end <seq:hash>', 'an end that was noted before: the chain must still hold it', endOf)
    .action(verify);
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Failure(exits.usage, '--lines is a whole number from 1 to 999999.');
}

function tail(options: Chosen & { lines: number; follow?: true }): Promise<void> {
  return withServices(async (work) => {
    const userId = await subjectOf(work, options.user);
    const names = new Names(work);
    const table = new Table(heads);
    const show = async (entry: AuditEntry) => {
      if (options.json) return line(JSON.stringify(entryValue(entry)));
      const { at, event, outcome, contract, network, handle, userId } = entry;
      await table.add([when(at), event, outcome, contract, network, handle ?? '-', await names.of(userId)]);
    };
    const { audit } = work.services;
    let { after, upTo } = await newest(audit, userId, options.lines);
    for (;;) {
      const entries = await audit.read({ userId, after, limit: page });
      for (const entry of entries) if (options.follow || entry.seq <= upTo) await show(entry);
      after = entries.at(-1)?.seq ?? after;
      if (entries.length === page && (options.follow || after < upTo)) continue;
      if (!options.json) await table.flush();
      if (!options.follow) return;
      await sleep(lookEveryMs);
    }
  });
}

/** The place before the newest entries, so many of them or all there are, and the place of the last one. */
async function newest(
  audit: Work['services']['audit'],
  userId: string | undefined,
  lines: number,
): Promise<{ after: number; upTo: number }> {
  let [before, upTo, left]: [number | undefined, number, number] = [undefined, 0, lines];
  while (left > 0) {
    const entries = await audit.read({ userId, before, limit: Math.min(page, left) });
    upTo ||= entries[0]?.seq ?? 0;
    before = entries.at(-1)?.seq ?? before;
    left = entries.length < Math.min(page, left) ? 0 : left - entries.length;
  }
  return { after: (before ?? 1) - 1, upTo };
}

/** Names that are remembered before they are looked up again. */
const maxNames = 10_000;

/** The names of users, each looked up once in a while; the id of one who is gone. */
class Names {
  readonly #work: Work;
  readonly #known = new Map<string, string>();

  constructor(work: Work) {
    this.#work = work;
  }

  async of(userId: string | null): Promise<string> {
    if (userId === null) return '-';
    const name =
      this.#known.get(userId) ?? (await this.#work.services.accounts.user(userId))?.identifier ?? userId;
    if (this.#known.size >= maxNames) this.#known.clear();
    this.#known.set(userId, name);
    return name;
  }
}

/** Whose entries are asked for: an account, or the id of one that is gone. */
async function subjectOf({ services }: Work, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const found = await findAccount(services, name);
  if (found) return found.id;
  const [entry] = await services.audit.read({ userId: name, limit: 1 });
  return entry ? name : (await accountOf(services, name)).id;
}

async function writeOut(options: { user?: string; output?: string }): Promise<void> {
  await withServices(async (work) => {
    const userId = await subjectOf(work, options.user);
    const { output } = options;
    if (output === undefined) await eachEntry(work, userId, line);
    else remark(`${await writeTo(output, (write) => eachEntry(work, userId, write))} entries.`);
  });
}

/** Hands all entries there are now to `write`, in order; returns how many. */
function eachEntry(
  { services }: Work,
  userId: string | undefined,
  write: (text: string) => Promise<void>,
): Promise<number> {
  return withProgress('Writing the audit', async (progress) => {
    const [last] = await services.audit.read({ limit: 1 });
    const [first] = await services.audit.read({ after: 0, limit: 1 });
    const [start, end] = [first?.seq ?? 1, last?.seq ?? 0];
    let [written, after] = [0, 0];
    while (after < end) {
      const entries = await services.audit.read({ userId, after, limit: page });
      for (const entry of entries.filter(({ seq }) => seq <= end)) {
        await write(JSON.stringify(entryValue(entry)));
        written += 1;
      }
      after = entries.length < page ? end : (entries.at(-1)?.seq ?? end);
      progress(after - start + 1, end - start + 1);
    }
    return written;
  });
}

/** Writes to a new file; what was begun and not finished is removed. */
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
      if (code === 'EEXIST') reject(failureOf({ refused: 'target_exists' }));
      else if (code === 'ENOENT') reject(failureOf({ refused: 'target_folder_missing' }));
      else reject(new Failure(exits.failed, message));
    });
  });
}

/** An end of the chain, as `verify` prints it and the log has it. */
function endOf(text: string): Link {
  const [, seq, hash] = /^(0|[1-9]\d{0,14}):([\da-f]{64})$/i.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash: hash.toLowerCase() };
  throw new Failure(
    exits.usage,
    '--end is SEQ:HASH, as `gatehouse audit verify` prints it: a number, a colon and 64 hexadecimal digits.',
  );
}

function verify({ end: noted, ...format }: Format & { end?: Link }): Promise<void> {
  return withServices(async ({ services: { audit } }) => {
    // Before the walk, so that what is printed was walked.
    const end = await audit.end();
    const verdict = await withProgress('Checking the audit', (progress) => audit.verify(progress));
    const held = verdict.intact && noted ? await audit.holds(noted) : 'held';
    if (!verdict.intact || held !== 'held') process.exitCode = exits.failed;
    if (!verdict.intact) {
      const { brokenAt } = verdict;
      const people = `Broken: entry ${brokenAt} is changed, missing or out of place.`;
      return answer(format, { intact: false, broken_at: brokenAt }, people);
    }
    const about = { entries: verdict.entries, end: written(end) };
    if (held === 'held' || !noted) {
      const people = `Intact: ${verdict.entries} entries.\nEnd: ${about.end}`;
      return answer(format, { intact: true, ...about }, people);
    }
    const people = `Broken: the chain does not hold ${written(noted)}. ${lacks[held]}\nEnd: ${about.end}`;
    await answer(format, { intact: false, lacks: written(noted), because: held, ...about }, people);
  });
}

const lacks = {
  missing: 'Entries were cut off or replaced since it was noted, or a backup was restored.',
  swept: 'It is older than the entries that are kept: take an end that was noted later.',
} as const;

function written({ seq, hash }: Link): string {
  return `${seq}:${hash}`;
}
