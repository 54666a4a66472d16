/** Reads the audit in order from any entry on, and never passes over one. */

import type { AuditEntry, ChainLink } from '../storage/port/port.ts';
import type { CommandContext } from './command-services.ts';
import { CommandError, exitCodes } from './exit-codes.ts';

/** Entries in one read. */
const page = 1_000;

/** An entry that was shown or processed. Its hash, if it is known, tells it from one of another history. */
export type Position = Pick<ChainLink, 'seq'> & Partial<ChainLink>;

/**
 * Reads the audit behind a position, in order. Each read begins with the last entry of the one before, so that a chain that
 * was cut or replaced meanwhile is noticed, and no entry is passed over.
 */
export class AuditReader {
  readonly #audit: CommandContext['services']['audit'];
  readonly #store: CommandContext['store']['audit'];
  readonly #userId: string | undefined;
  #last: Position;
  #hasMore = true;
  /** Whether the position is one that was shown, or that is claimed to be, and not merely the number before an entry. */
  #isClaimed: boolean;

  /** @param isClaimed whether the audit must contain the entry that `after` names. */
  constructor(
    { services, store }: CommandContext,
    userId: string | undefined,
    after: Position,
    isClaimed: boolean,
  ) {
    this.#audit = services.audit;
    this.#store = store.audit;
    this.#userId = userId;
    this.#last = after;
    this.#isClaimed = isClaimed;
  }

  /** The number of the last entry that was read. */
  get seq(): number {
    return this.#last.seq;
  }

  /** Whether the last read may have left entries. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** The next entries, at most a page; none if there are no newer ones. */
  async next(): Promise<readonly AuditEntry[]> {
    const { seq, hash } = this.#last;
    const read = await this.#store.read({ userId: this.#userId, after: seq - 1, limit: page });
    const [first] = read;
    const isHeld = first?.seq === seq && (hash === undefined || first.hash === hash);
    if (!isHeld && this.#isClaimed) await this.#assertHeld();
    const entries = read.filter((entry) => entry.seq > seq);
    this.#isClaimed ||= entries.length > 0;
    this.#hasMore = read.length === page;
    this.#last = entries.at(-1) ?? (isHeld ? first : this.#last);
    return entries;
  }

  /** The position may be of another user, or the last one that was removed because of its age. */
  async #assertHeld(): Promise<void> {
    const { seq, hash } = this.#last;
    const { start, last } = await this.#store.ends();
    // From the beginning is from the first entry that is kept.
    if (seq === 0 && hash === undefined) return;
    if (seq < start.seq)
      throw new CommandError(
        exitCodes.failed,
        `The entries ${seq + 1} to ${start.seq} are not kept any more. To go on behind them, use \`--after ${start.seq}\`.`,
      );
    const isHeld =
      seq <= last.seq && (hash === undefined || (await this.#audit.holds({ seq, hash })) === 'held');
    if (isHeld) return;
    throw new CommandError(
      exitCodes.failed,
      `The audit does not contain the entry ${seq}${hash === undefined ? '' : ' with this hash'}: it ends at ` +
        `${last.seq}. Another database, or a backup that was restored, has another history.`,
    );
  }
}
