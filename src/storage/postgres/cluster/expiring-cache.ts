/** Remembers what the store vouched for, for a bounded time, in a bounded space, and never past a word to forget it. */

/** What an entry costs besides its own texts: the maps, the row, its numbers. */
const overheadBytes = 700;

interface Entry<Value> {
  readonly value: Value;
  readonly askedAt: number;
  readonly bytes: number;
}

export interface ExpiringCacheOptions<Value> {
  /** How long a value is trusted after it was asked for, in milliseconds; 0 for never. */
  readonly trustMs: number;
  /** The most entries, and the most bytes they take up by estimate; what comes first counts. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Bytes of the texts in a value. */
  readonly sizeOf: (value: Value) => number;
}

/**
 * Values by key, each trusted for a while from the instant it was asked for: whatever was ended since then is refused
 * after that time at the latest, wherever it was ended.
 *
 * That a key is to be forgotten is remembered for as long: an answer to a question that was asked before is not
 * taken any more, so that no row read before an end comes in after it. All instants are of the monotonic time.
 */
export class ExpiringCache<Value> {
  readonly #trustMs: number;
  readonly #maxForgotten: number;
  readonly #sizeOf: (value: Value) => number;
  /** The older generation goes when the younger has filled half the space, or a time of trust is over. */
  #young: Generation<Value>;
  #old: Generation<Value>;
  #turnedAt = 0;
  #forgotten = new Map<string, number>();
  #forgottenBefore = new Map<string, number>();
  #clearedAt = -1;
  hits = 0;
  misses = 0;

  constructor({ trustMs, maxEntries, maxBytes, sizeOf }: ExpiringCacheOptions<Value>) {
    this.#trustMs = trustMs;
    this.#maxForgotten = maxEntries;
    this.#sizeOf = sizeOf;
    this.#young = new Generation(Math.floor(maxEntries / 2), maxBytes / 2);
    this.#old = this.#young.next();
  }

  /** What the store vouched for a moment ago. */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entry(key);
    if (entry !== undefined && now - entry.askedAt < this.#trustMs) {
      this.hits += 1;
      return entry.value;
    }
    this.misses += 1;
    return undefined;
  }

  /** Takes a value the store answered with to a question asked at an instant. */
  put(key: string, value: Value, askedAt: number, now: number): void {
    if (now - askedAt >= this.#trustMs || !this.#isNews(key, askedAt)) return;
    this.#delete(key);
    const entry = { value, askedAt, bytes: overheadBytes + this.#sizeOf(value) };
    if (!this.#young.takes(entry) || now - this.#turnedAt >= this.#trustMs) this.#turn(now);
    // What is too large for an empty half is not kept at all.
    if (this.#young.takes(entry)) this.#young.set(key, entry);
  }

  /** Changes a value that is still there into one as large, which stays trusted for as long as it was. */
  change(key: string, change: (value: Value) => Value): void {
    for (const { entries } of [this.#young, this.#old]) {
      const entry = entries.get(key);
      if (entry) entries.set(key, { ...entry, value: change(entry.value) });
    }
  }

  /** Takes back what was vouched for, and what is still to come of questions asked until now. */
  forget(key: string, now: number): void {
    this.#delete(key);
    if (now - this.#turnedAt >= this.#trustMs) this.#turn(now);
    if (this.#forgotten.size >= this.#maxForgotten) this.clear(now);
    else this.#forgotten.set(key, now);
  }

  /** Forgets everything in the same way. */
  clear(now: number): void {
    this.#young = this.#young.next();
    this.#old = this.#young.next();
    this.#forgotten.clear();
    this.#forgottenBefore.clear();
    this.#clearedAt = now;
  }

  /** Whether there is a value for a key, trusted or not, that was asked for after an instant. */
  isKept(key: string, after = Number.NEGATIVE_INFINITY): boolean {
    return (this.#entry(key)?.askedAt ?? Number.NEGATIVE_INFINITY) > after;
  }

  /** Bytes that are taken up, by estimate, and entries. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return {
      entries: this.#young.entries.size + this.#old.entries.size,
      bytes: this.#young.bytes + this.#old.bytes,
    };
  }

  #entry(key: string): Entry<Value> | undefined {
    return this.#young.entries.get(key) ?? this.#old.entries.get(key);
  }

  #delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Whether nothing was forgotten, and nothing asked for, since a question was asked. */
  #isNews(key: string, askedAt: number): boolean {
    const forgottenAt = this.#forgotten.get(key) ?? this.#forgottenBefore.get(key) ?? -1;
    const keptAt = this.#entry(key)?.askedAt ?? -1;
    return askedAt > Math.max(forgottenAt, this.#clearedAt) && askedAt >= keptAt;
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = this.#old.next();
    // What was to be forgotten matters to answers of questions asked within the time of trust; older ones are refused.
    if (now - this.#turnedAt >= this.#trustMs) {
      this.#forgottenBefore = this.#forgotten;
      this.#forgotten = new Map();
      this.#turnedAt = now;
    }
  }
}

/** Entries that came in one after another, in half of the space. */
class Generation<Value> {
  readonly entries = new Map<string, Entry<Value>>();
  bytes = 0;
  readonly #maxEntries: number;
  readonly #maxBytes: number;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** An empty one of the same size. */
  next(): Generation<Value> {
    return new Generation(this.#maxEntries, this.#maxBytes);
  }

  takes({ bytes }: Entry<Value>): boolean {
    return this.entries.size < this.#maxEntries && this.bytes + bytes <= this.#maxBytes;
  }

  set(key: string, entry: Entry<Value>): void {
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
  }

  delete(key: string): void {
    this.bytes -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }
}
