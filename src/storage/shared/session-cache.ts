/** Caches the answers of session checks, for as long as ruling N2 allows. */

import type { AllRevoked, RevocationFeed, RevocationListener } from '../port/port.ts';

/** An answer is valid for this long after its rows were asked for, in milliseconds of the monotonic clock. */
const validMs = 60_000;

/** The size of an entry besides its answer: the key, its place in the map, the object and its numbers. */
const overheadBytes = 280;

/** Ids of dead sessions take at most a sixteenth of the space, and are at most twice as many as this. */
const maxDead = 4_096;
const deadBytes = 200;

/** Keys that share a mark are revoked together, which costs a read. A power of two. */
const marks = 16_384;

/** What the validity of an answer depends on. */
export interface AnswerBasis {
  readonly userId: string;
  /** Epoch milliseconds: until then neither the session nor its answer changes by the mere passage of time. */
  readonly until: number;
}

/** Whole numbers below 2^31 have no object of their own, which saves a tenth of the memory. */
interface Entry {
  readonly answer: string;
  /** Epoch seconds, rounded down. */
  readonly untilSeconds: number;
  /** Milliseconds of the monotonic clock, rounded down. */
  readonly askedAt: number;
  /** The number of revocations before the rows were asked for. */
  readonly revision: number;
  readonly userMark: number;
  /** Its estimated size. */
  readonly bytes: number;
}

/** The state of the cache when rows are asked for; see {@link SessionCache.asking}. */
export interface Asking {
  readonly askedAt: number;
  readonly revision: number;
}

/**
 * Answers by the hash of a session id, in two generations: when the young one fills half the space it becomes the old one,
 * and what was not requested since is dropped.
 *
 * An answer is given only while the feed of revocations is fresh. Rows that were asked for before a revocation of their
 * session or user are not cached after it.
 */
export class SessionCache implements RevocationListener {
  readonly #feed: Pick<RevocationFeed, 'isFresh'>;
  readonly #maxDead: number;
  readonly #maxYoungBytes: number;
  readonly #onEmptied: (reason: AllRevoked) => void;
  #young = new Generation();
  #old = new Generation();
  #dead = new Map<string, Asking>();
  #deadBefore = new Map<string, Asking>();
  #revision = 0;
  #allRevokedAt = 0;
  #usersRevokedAt = 0;
  readonly #sessionMarks = new Float64Array(marks);
  readonly #userMarks = new Float64Array(marks);
  readonly #lookups = { hit: 0, dead: 0, miss: 0 };

  /** @param maxBytes the estimated size of all entries; 0 turns the cache off. */
  constructor(feed: RevocationFeed, maxBytes: number, onEmptied: (reason: AllRevoked) => void = () => {}) {
    this.#feed = feed;
    this.#maxDead = Math.min(maxDead, Math.floor(maxBytes / 32 / deadBytes));
    this.#maxYoungBytes = maxBytes / 2 - this.#maxDead * deadBytes;
    this.#onEmptied = onEmptied;
    feed.listen(this);
  }

  /**
   * The answer for an id, `null` if its session is known to be dead, `undefined` if the store must be asked.
   *
   * @throws {StoreUnavailable} if the store cannot answer (SQLite).
   */
  find(idHash: string, now: number): string | null | undefined {
    if (this.#maxYoungBytes === 0 || !this.#feed.isFresh()) return this.#missed();
    const validAfter = performance.now() - validMs;
    const entry = this.#young.entries.get(idHash) ?? this.#again(idHash);
    if (entry !== undefined) {
      const isSame = now < entry.untilSeconds * 1_000;
      const isValid = isSame && entry.askedAt > validAfter && this.#isCurrent(entry);
      if (!isValid) return this.#missed();
      this.#lookups.hit += 1;
      return entry.answer;
    }
    const dead = this.#dead.get(idHash) ?? this.#deadBefore.get(idHash);
    if (dead === undefined || dead.askedAt <= validAfter) return this.#missed();
    this.#lookups.dead += 1;
    return null;
  }

  /** Call it before the rows of a session are asked for, and give the result to {@link keep} or {@link keepDead}. */
  asking(): Asking {
    return { askedAt: performance.now(), revision: this.#revision };
  }

  /** Caches an answer, unless a revocation has overtaken its rows, or a later question found the session dead. */
  keep(idHash: string, answer: string, { userId, until }: AnswerBasis, { askedAt, revision }: Asking): void {
    const entry = {
      answer,
      untilSeconds: Math.floor(until / 1_000),
      askedAt: Math.floor(askedAt),
      revision,
      userMark: markOf(userId),
      bytes: bytesOf(answer),
    };
    const isRevoked = revision < Math.max(this.#allRevokedAt, this.#sessionMarks[markOf(idHash)] ?? 0);
    const deadAt = (this.#dead.get(idHash) ?? this.#deadBefore.get(idHash))?.askedAt ?? askedAt;
    if (isRevoked || deadAt > askedAt || !this.#isCurrent(entry) || entry.bytes > this.#maxYoungBytes) return;
    this.#delete(idHash);
    if (this.#young.bytes + entry.bytes > this.#maxYoungBytes) this.#turn();
    this.#young.set(idHash, entry);
  }

  /** Remembers an id whose session does not exist, or whose user is disabled. */
  keepDead(idHash: string, asking: Asking): void {
    if (this.#maxDead === 0 || asking.revision < Math.max(this.#allRevokedAt, this.#usersRevokedAt)) return;
    this.#delete(idHash);
    if (this.#dead.size >= this.#maxDead) {
      this.#deadBefore = this.#dead;
      this.#dead = new Map();
    }
    this.#dead.set(idHash, asking);
  }

  sessionRevoked(idHash: string): void {
    this.#revision += 1;
    this.#sessionMarks[markOf(idHash)] = this.#revision;
    this.#delete(idHash);
  }

  /** The user may have been enabled: an id that was dead may live again. */
  userRevoked(userId: string): void {
    this.#revision += 1;
    this.#userMarks[markOf(userId)] = this.#revision;
    this.#usersRevokedAt = this.#revision;
    this.#forgetDead();
  }

  allRevoked(reason: AllRevoked): void {
    this.#revision += 1;
    this.#allRevokedAt = this.#revision;
    const isEmpty = this.#young.entries.size + this.#old.entries.size === 0;
    this.#young = new Generation();
    this.#old = new Generation();
    this.#forgetDead();
    if (!isEmpty) this.#onEmptied(reason);
  }

  /** Lookups by result: an answer, a dead session, or neither; and the entries with their estimated bytes. */
  get counts() {
    const answers = this.#young.entries.size + this.#old.entries.size;
    const dead = this.#dead.size + this.#deadBefore.size;
    const bytes = this.#young.bytes + this.#old.bytes + dead * deadBytes;
    return { lookups: this.#lookups, answers, dead, bytes };
  }

  #missed(): undefined {
    this.#lookups.miss += 1;
  }

  #isCurrent({ revision, userMark }: Entry): boolean {
    return revision >= this.#usersRevokedAt || revision >= (this.#userMarks[userMark] as number);
  }

  /** An entry of the old generation, which moves to the young one. */
  #again(idHash: string): Entry | undefined {
    const entry = this.#old.entries.get(idHash);
    if (entry === undefined) return undefined;
    this.#old.delete(idHash);
    if (this.#young.bytes + entry.bytes > this.#maxYoungBytes) this.#turn();
    this.#young.set(idHash, entry);
    return entry;
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Generation();
  }

  #delete(idHash: string): void {
    for (const part of [this.#young, this.#old, this.#dead, this.#deadBefore]) part.delete(idHash);
  }

  #forgetDead(): void {
    this.#dead.clear();
    this.#deadBefore.clear();
  }
}

class Generation {
  readonly entries = new Map<string, Entry>();
  bytes = 0;

  set(idHash: string, entry: Entry): void {
    this.entries.set(idHash, entry);
    this.bytes += entry.bytes;
  }

  delete(idHash: string): void {
    const entry = this.entries.get(idHash);
    if (entry === undefined) return;
    this.entries.delete(idHash);
    this.bytes -= entry.bytes;
  }
}

/** The estimated size of an entry: a text with a character beyond Latin-1 takes two bytes for each. */
function bytesOf(answer: string): number {
  const isNarrow = Buffer.byteLength(answer) === answer.length;
  return overheadBytes + answer.length * (isNarrow ? 1 : 2);
}

function markOf(key: string): number {
  let mark = 0;
  for (let i = 0; i < key.length; i += 1) mark = (Math.imul(mark, 31) + key.charCodeAt(i)) | 0;
  return mark & (marks - 1);
}
