/** Cuts the elements of a list out of a JSON document of any size, each with its line, with bounded memory. */

import type { ImportFile, ProblemRecord } from '../records.ts';
import { parsedJson } from './documents.ts';
import { maxLineBytes, readBytes } from './lines.ts';

/** An element of the list. */
export interface JsonElement {
  readonly kind: 'element';
  /** The line on which it begins. */
  readonly line: number;
  readonly value: unknown;
}

const bytesOf = (text: string): ReadonlySet<number> => new Set(Array.from(text, (c) => c.charCodeAt(0)));

const quote = 34;
const backslash = 92;
const lineFeed = 10;
const comma = 44;
const colon = 58;
const opening = bytesOf('[{');
const closing = bytesOf(']}');
const space = bytesOf(' \t\r\n');
const listOpening = 91;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The longest key that is compared; the names of lists are short. */
const maxKeyBytes = 64;

/**
 * The elements of the list under `key` in the document, or in the objects of a list that the document is; without a key the
 * elements of the list that the document is. Everything else is passed over. Only an element is kept, and `JSON.parse` reads
 * it: one that is broken or has more than `maxLineBytes` bytes is a problem, and the next one is read. Strings are told from
 * brackets; whether the rest of the document is JSON is not checked.
 */
export async function* readElements(
  file: ImportFile,
  key?: string,
): AsyncGenerator<JsonElement | ProblemRecord> {
  const cutter = new ElementCutter(file.name, key);
  for await (const chunk of readBytes(file)) {
    if (!(chunk instanceof Uint8Array)) return yield chunk;
    yield* cutter.take(chunk);
  }
  yield* cutter.end();
}

class ElementCutter {
  readonly #file: string;
  readonly #key: string | undefined;
  #line = 1;
  #depth = 0;
  /** The brackets around, outermost first; only the outer three are needed. */
  readonly #outer: number[] = [];
  #isString = false;
  #isEscaped = false;
  #keyBytes: number[] = [];
  /** The last string at the depth of keys, once a colon is behind it. */
  #lastKey = '';
  /** The depth inside of the list that is read; 0 outside of one. */
  #listDepth = 0;
  #hasList = false;
  #hasValue = false;
  #startLine = 0;
  #parts: Uint8Array[] = [];
  #size = 0;
  #isInElement = false;

  constructor(file: string, key: string | undefined) {
    this.#file = file;
    this.#key = key;
  }

  *take(chunk: Uint8Array): Generator<JsonElement | ProblemRecord> {
    let start = this.#isInElement ? 0 : -1;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed) this.#line += 1;
      if (this.#isString) {
        this.#string(byte);
        continue;
      }
      if (space.has(byte)) continue;
      this.#hasValue = true;
      const isInList = this.#listDepth > 0 && this.#depth === this.#listDepth;
      if (isInList && (byte === comma || closing.has(byte))) {
        if (this.#isInElement) {
          this.#keep(chunk.subarray(start, at));
          yield this.#element();
          start = -1;
        }
      } else if (isInList && !this.#isInElement) {
        this.#isInElement = true;
        this.#startLine = this.#line;
        start = at;
      }
      this.#structure(byte);
    }
    if (this.#isInElement) this.#keep(chunk.subarray(start));
  }

  *end(): Generator<ProblemRecord> {
    if (this.#isInElement)
      yield this.#problem(this.#startLine, 'truncated', 'The file ends in an element of its list.');
    else if (this.#depth > 0 || this.#isString)
      yield this.#problem(this.#line, 'truncated', 'The file ends before its JSON document does.');
    else if (!this.#hasList) {
      const what = this.#key === undefined ? 'is no JSON list' : `has no list ${JSON.stringify(this.#key)}`;
      yield this.#problem(
        1,
        this.#hasValue ? 'no_list' : 'empty_file',
        `The file ${this.#hasValue ? what : 'is empty'}.`,
      );
    }
  }

  #string(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#isString = false;
    if (this.#isString && this.#depth <= 2 && this.#keyBytes.length < maxKeyBytes) this.#keyBytes.push(byte);
  }

  #structure(byte: number): void {
    if (byte === quote) {
      this.#isString = true;
      this.#keyBytes = [];
    } else if (byte === colon) {
      if (this.#depth <= 2) this.#lastKey = new TextDecoder().decode(Uint8Array.from(this.#keyBytes));
    } else if (opening.has(byte)) this.#open(byte);
    else if (closing.has(byte)) {
      if (this.#depth === this.#listDepth) this.#listDepth = 0;
      this.#depth = Math.max(0, this.#depth - 1);
      if (this.#outer.length > this.#depth) this.#outer.length = this.#depth;
    }
  }

  #open(byte: number): void {
    const isList = byte === listOpening && this.#listDepth === 0 && this.#isTheList();
    this.#depth += 1;
    if (this.#depth <= 3) this.#outer.push(byte);
    if (!isList) return;
    this.#listDepth = this.#depth;
    this.#hasList = true;
  }

  /** Whether a list that begins here is the one that is read. */
  #isTheList(): boolean {
    if (this.#key === undefined) return this.#depth === 0;
    if (this.#lastKey !== this.#key) return false;
    const isObject = this.#outer[this.#depth - 1] !== listOpening;
    return isObject && (this.#depth === 1 || (this.#depth === 2 && this.#outer[0] === listOpening));
  }

  #keep(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > maxLineBytes) this.#parts = [];
    // A copy: the producer may use its buffer again.
    else if (part.length > 0) this.#parts.push(part.slice());
  }

  #element(): JsonElement | ProblemRecord {
    const [line, size, parts] = [this.#startLine, this.#size, this.#parts];
    this.#isInElement = false;
    this.#size = 0;
    this.#parts = [];
    if (size > maxLineBytes)
      return this.#problem(line, 'too_long', `The element has more than ${maxLineBytes} bytes.`, 'account');
    const text = decoded(Buffer.concat(parts));
    if (text === undefined)
      return this.#problem(line, 'broken_utf8', 'The element is not valid UTF-8.', 'account');
    const value = parsedJson(text);
    if (value !== undefined) return { kind: 'element', line, value };
    return this.#problem(line, 'broken_json', 'The element is not valid JSON.', 'account');
  }

  #problem(line: number, reason: string, message: string, of: ProblemRecord['of'] = 'file'): ProblemRecord {
    return { kind: 'problem', place: { file: this.#file, line }, of, reason, message };
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
