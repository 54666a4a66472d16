/** `gatehouse audit tail`: shows entries of the audit, and follows it from any entry on without a gap. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type AuditEntry, StoreUnavailable } from '../../storage/port/port.ts';
import { AuditReader, type Position } from '../audit-reader.ts';
import { addCommand } from '../command.ts';
import { type CommandContext, findAuditedUser, withServices } from '../command-services.ts';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes.ts';
import { displayTime, entryJson, type Format, printLine, printNote, Table } from '../output.ts';

/** Entries in one read. */
const page = 1_000;

/** The interval in which `--follow` reads new entries, and asks a database again that did not answer, in milliseconds. */
const pollMs = 500;

const heads = ['TIME', 'EVENT', 'OUTCOME', 'CONTRACT', 'NETWORK', 'HANDLE', 'USER'];

type TailOptions = Format & { user?: string; lines: number; after?: Position; follow?: true };

export function addAuditTail(audit: Command): void {
  addCommand(audit, 'tail', {
    summary: 'Show the newest entries, oldest first',
    more:
      'With --after it shows every entry behind the one of that number, and none is left out: it ends with 1 if some are ' +
      'not kept any more, or if the audit does not contain that entry. With --follow it waits for a database that does ' +
      'not answer.',
    examples: [
      'gatehouse audit tail',
      'gatehouse audit tail --user ada@example.com --lines 5 --json',
      'gatehouse audit tail --after 0 --json',
    ],
  })
    .option('--lines <number>', 'number of entries', count, 20)
    .addOption(
      new Option('--after <seq>', 'all entries after this one: SEQ, or SEQ:HASH; 0 for all that are kept')
        .argParser(positionOf)
        .conflicts('lines'),
    )
    .option('--user <user>', 'only entries about this user; a deleted user is named by id')
    .option('--follow', 'print new entries as they arrive, until Ctrl-C')
    .action(tail);
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CommandError(exitCodes.usage, '--lines must be a whole number from 1 to 999999.');
}

function positionOf(text: string): Position {
  const [, seq, hash] = /^(0|[1-9]\d{0,14})(?::([\da-f]{64}))?$/i.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash: hash.toLowerCase() };
  if (seq !== undefined) return { seq: Number(seq) };
  throw new CommandError(
    exitCodes.usage,
    '--after must be the `seq` of an entry, or SEQ:HASH with its `hash`: a number, a colon and 64 hexadecimal digits.',
  );
}

async function tail(options: TailOptions): Promise<void> {
  const end = endBySignal(options.follow === true);
  try {
    await withServices(async (work) => {
      const userId = await findAuditedUser(work, options.user);
      const shown = new Shown(work, options, end.signal);
      const start = await startOf(work, userId, options);
      const reader = new AuditReader(work, userId, start.after, options.after !== undefined);
      if (options.follow) await follow(reader, shown, end.signal);
      else await showUpTo(reader, shown, start.upTo);
    });
  } catch (error) {
    if (!end.signal.aborted) throw error;
  }
  // A reader that hangs must not keep the process: what it has not taken is shown again by the next `--after`.
  if (end.code !== undefined) process.exit(end.code);
}

/** Ends the command in order at Ctrl-C and SIGTERM; a second signal ends the process at once. */
function endBySignal(isOn: boolean): { readonly signal: AbortSignal; readonly code: ExitCode | undefined } {
  const controller = new AbortController();
  let code: ExitCode | undefined;
  const endWith = (exit: ExitCode) => () => {
    code = exit;
    controller.abort();
  };
  if (isOn) {
    process.once('SIGINT', endWith(exitCodes.interrupted));
    process.once('SIGTERM', endWith(exitCodes.terminated));
  }
  return {
    signal: controller.signal,
    get code() {
      return code;
    },
  };
}

async function showUpTo(reader: AuditReader, shown: Shown, upTo: number): Promise<void> {
  for (let isDone = false; !isDone; ) {
    const entries = await reader.next();
    for (const entry of entries) if (entry.seq <= upTo) await shown.add(entry);
    isDone = entries.length === 0 || reader.seq >= upTo;
  }
  await shown.flush();
}

/** Shows entries until the signal. */
async function follow(reader: AuditReader, shown: Shown, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const entries = await untilAnswered(() => reader.next(), signal);
    for (const entry of entries) {
      await shown.add(entry);
      if (signal.aborted) return;
    }
    if (reader.hasMore) continue;
    await shown.flush();
    await sleep(pollMs, undefined, { signal });
  }
}

/** Asks again while the store does not answer, and says so once. */
async function untilAnswered<Result>(ask: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let isAway = false; ; isAway = true) {
    try {
      const result = await ask();
      if (isAway) printNote('The database answers again.');
      return result;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (!isAway) printNote(`The database does not answer, and is asked again: ${error.message}`);
      await sleep(pollMs, undefined, { signal });
    }
  }
}

/** Where to begin, and the number of the newest entry. */
async function startOf(
  { store }: CommandContext,
  userId: string | undefined,
  { lines, after }: TailOptions,
): Promise<{ after: Position; upTo: number }> {
  const { audit } = store;
  if (after) return { after, upTo: (await audit.ends()).last.seq };
  let [before, upTo, left]: [number | undefined, number, number] = [undefined, 0, lines];
  while (left > 0) {
    const entries = await audit.read({ userId, before, limit: Math.min(page, left) });
    upTo ||= entries[0]?.seq ?? 0;
    before = entries.at(-1)?.seq ?? before;
    left = entries.length < Math.min(page, left) ? 0 : left - entries.length;
  }
  return { after: { seq: (before ?? 1) - 1 }, upTo };
}

/** Prints entries as JSON, or as rows of a table with the names of users. */
class Shown {
  readonly #names: Names;
  readonly #format: TailOptions;
  readonly #signal: AbortSignal;
  readonly #table = new Table(heads);

  constructor(work: CommandContext, format: TailOptions, signal: AbortSignal) {
    this.#names = new Names(work);
    this.#format = format;
    this.#signal = signal;
  }

  async add(entry: AuditEntry): Promise<void> {
    if (this.#format.json) return printLine(JSON.stringify(entryJson(entry)), this.#signal);
    const { at, event, outcome, contract, network, handle, userId } = entry;
    const find = () => this.#names.of(userId);
    const name = this.#format.follow ? await untilAnswered(find, this.#signal) : await find();
    await this.#table.add([displayTime(at), event, outcome, contract, network, handle ?? '-', name]);
  }

  async flush(): Promise<void> {
    if (!this.#format.json) await this.#table.flush();
  }
}

/** Names in the cache before it is cleared. */
const maxNames = 10_000;

/** The names of users, cached. A deleted user has only an id. */
class Names {
  readonly #store: CommandContext['services']['store'];
  readonly #known = new Map<string, string>();

  constructor({ services }: CommandContext) {
    this.#store = services.store;
  }

  async of(userId: string | null): Promise<string> {
    if (userId === null) return '-';
    const known = this.#known.get(userId);
    const name = known ?? (await this.#store.accounts.findUser(userId))?.identifier ?? userId;
    if (this.#known.size >= maxNames) this.#known.clear();
    this.#known.set(userId, name);
    return name;
  }
}
