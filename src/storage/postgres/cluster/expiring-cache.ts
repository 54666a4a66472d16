/** Caches values for a bounded time and in bounded space, and never beyond their revocation. */

/** The size of an entry besides its texts: the maps, the row, its numbers. */
const overheadBytes = 700;

interface Entry<Value> {
  readonly value: Value;
  readonly askedAt: number;
  readonly bytes: number;
}

export interface ExpiringCacheOptions<Value> {
  /** The validity of a value from the start of its query, in milliseconds; 0 for none. */
  readonly trustMs: number;
  /** The maximum of entries, and of their estimated bytes; the first one reached counts. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** The size of the texts in a value, in bytes. */
  readonly sizeOf: (value: Value) => number;
}

/**
 * Values by key, each valid for a while from the start of its query: what ends anywhere is refused after that time at the
 * latest.
 *
 * A revoked key is remembered for the same time: the answer of a query that started before the revocation is not cached.
 * All instants are of the monotonic clock.
 */
export class ExpiringCache<Value> {
  readonly #trustMs: number;
  readonly #maxForgotten: number;
  readonly #sizeOf: (value: Value) => number;
  /** The older generation is dropped when the younger has filled half the space, or after `trustMs`. */
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

  /** The value of a key, if it is still valid. */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entry(key);
    if (entry !== undefined && now - entry.askedAt < this.#trustMs) {
      this.hits += 1;
      return entry.value;
    }
    this.misses += 1;
    return undefined;
  }

  /** Caches the answer of a query that started at `askedAt`. */
  put(key: string, value: Value, askedAt: number, now: number): void {
    if (now - askedAt >= this.#trustMs || !this.#isNews(key, askedAt)) return;
    this.#delete(key);
    const entry = { value, askedAt, bytes: overheadBytes + this.#sizeOf(value) };
    if (!this.#young.takes(entry) || now - this.#turnedAt >= this.#trustMs) this.#turn(now);
    // A value that is too large for an empty half is not cached.
    if (this.#young.takes(entry)) this.#young.set(key, entry);
  }

  /** Changes a cached value into one of the same size; its validity stays. */
  change(key: string, change: (value: Value) => Value): void {
    for (const { entries } of [this.#young, this.#old]) {
      const entry = entries.get(key);
      if (entry) entries.set(key, { ...entry, value: change(entry.value) });
    }
  }

  /** Drops a value, and rejects the answers of queries that have started. */
  forget(key: string, now: number): void {
    this.#delete(key);
    if (now - this.#turnedAt >= this.#trustMs) this.#turn(now);
    if (this.#forgotten.size >= this.#maxForgotten) this.clear(now);
    else this.#forgotten.set(key, now);
  }

  /** Drops every value in the same way. */
  clear(now: number): void {
    this.#young = this.#young.next();
    this.#old = this.#young.next();
    this.#forgotten.clear();
    this.#forgottenBefore.clear();
    this.#clearedAt = now;
  }

  /** Whether there is a value, valid or not, whose query started after an instant. */
  isKept(key: string, after = Number.NEGATIVE_INFINITY): boolean {
    return (this.#entry(key)?.askedAt ?? Number.NEGATIVE_INFINITY) > after;
  }

  /** The number of entries and their estimated size. */
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

  /** Whether neither a revocation nor a later query has made an answer obsolete. */
  #isNews(key: string, askedAt: number): boolean {
    const forgottenAt = this.#forgotten.get(key) ?? this.#forgottenBefore.get(key) ?? -1;
    const keptAt = this.#entry(key)?.askedAt ?? -1;
    return askedAt > Math.max(forgottenAt, this.#clearedAt) && askedAt >= keptAt;
  }

  #turn(now: number): void {
    this.#old = this.#young;
    this.#young = this.#old.next();
    // Revocations matter only for queries younger than `trustMs`; answers of older ones are rejected.
    if (now - this.#turnedAt >= this.#trustMs) {
      this.#forgottenBefore = this.#forgotten;
      this.#forgotten = new Map();
      this.#turnedAt = now;
    }
  }
}

/** Entries in order of arrival, in half of the space. */
class Generation<Value> {
  readonly entries = new Map<string, Entry<Value>>();
  bytes = 0;
  readonly #maxEntries: number;
  readonly #maxBytes: number;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** An empty generation of the same size. */
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
