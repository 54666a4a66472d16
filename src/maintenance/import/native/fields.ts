/** Reads the fields of an object in the native format, each with the form that it must have. */

import { readInstant } from '../reading/instants.ts';
import type { Fault } from '../records.ts';

/** The line, or the item in it, cannot be used. */
export class Unusable extends Error implements Fault {
  override readonly name = 'Unusable';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A SHA-256 in hexadecimal digits. */
const hashForm = /^[\da-f]{64}$/i;

/** The fields of one object; a field that is `null` is as one that is missing. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  /** The path to the object, for messages. */
  readonly #path: string;

  /** @throws {Unusable} if the value is no object. */
  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Unusable('not_an_object', `${path === '' ? 'The line' : path} is not a JSON object.`);
    this.#values = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  /** The names of fields that are none of the known ones. */
  unknown(known: readonly string[]): string[] {
    return Object.keys(this.#values).filter((name) => !known.includes(name));
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  text(name: string, maxLength = 4_096): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw this.#wrong(name, 'must be text');
    if (value.length > maxLength) throw this.#wrong(name, `has more than ${maxLength} characters`);
    return value;
  }

  requiredText(name: string, maxLength?: number): string {
    return this.text(name, maxLength) ?? this.#missing(name);
  }

  flag(name: string): boolean | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.#wrong(name, 'must be true or false');
  }

  /** A whole number that is not negative. */
  count(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#wrong(name, 'must be a whole number of 0 or more');
  }

  instant(name: string): number | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw this.#wrong(name, 'must be an instant such as "2026-01-31T12:00:00Z"');
    const read = readInstant(value);
    if (read.at !== undefined) return read.at;
    throw new Unusable(read.reason, `${this.#nameOf(name)}: ${read.message}`);
  }

  requiredInstant(name: string): number {
    return this.instant(name) ?? this.#missing(name);
  }

  /** An instant, or only whether there was one. */
  instantOrFlag(name: string): number | boolean | undefined {
    const value = this.#value(name);
    return typeof value === 'boolean' ? value : this.instant(name);
  }

  /** A SHA-256. */
  hash(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || hashForm.test(value)) return value?.toLowerCase();
    throw this.#wrong(name, 'must be a SHA-256 in 64 hexadecimal digits');
  }

  requiredHash(name: string): string {
    return this.hash(name) ?? this.#missing(name);
  }

  /** The items of a list; none if it is missing. */
  list(name: string, maxItems = Number.POSITIVE_INFINITY): readonly unknown[] {
    const value = this.#value(name) ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'must be a list');
    if (value.length > maxItems) throw this.#wrong(name, `has more than ${maxItems} items`);
    return value;
  }

  /** The fields of an object in it. */
  object(name: string): Fields | undefined {
    const value = this.#value(name);
    return value === undefined ? undefined : new Fields(value, this.#nameOf(name));
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #wrong(name: string, what: string): Unusable {
    return new Unusable('wrong_field', `${this.#nameOf(name)} ${what}.`);
  }

  #missing(name: string): never {
    throw new Unusable('missing_field', `${this.#nameOf(name)} is missing.`);
  }

  #nameOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}
