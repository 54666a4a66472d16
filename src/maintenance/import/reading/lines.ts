/** Reads the lines of a file with bounded memory, and names every line that cannot be read. */

import type { ImportFile, ProblemRecord } from '../records.ts';

/** The longest line that is read, without its end. */
export const maxLineBytes = 1_048_576;

/** A line of a file. */
export interface Line {
  readonly kind: 'line';
  /** Counted from 1. */
  readonly number: number;
  /** Without the line feed, and without a carriage return before it. */
  readonly text: string;
  /** What ends it; nothing ends a last line that may be cut off. */
  readonly ending: '\n' | '\r\n' | '';
  /** False for a last line without a line feed, which may be cut off. */
  readonly isTerminated: boolean;
  /** The line is not UTF-8, and its text has U+FFFD in place of what is broken. */
  readonly isBroken: boolean;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

const lineFeed = 10;
const carriageReturn = 13;

/**
 * The lines of a file in UTF-8, in order, empty ones included; a byte order mark at the beginning is no part of them. A line
 * that is not UTF-8 or longer than `maxLineBytes` is a problem of its own (`broken_utf8`, `too_long`), and the next one is
 * read. A file that is compressed or in UTF-16 is one problem. At most one line and one chunk of the file are in memory.
 *
 * @param of What a line is in this file, for the problems.
 * @param isBrokenKept Whether lines that are not UTF-8 are lines with `isBroken`, for files in which a line may end what another
 * one began.
 */
export async function* readLines(
  file: ImportFile,
  of: ProblemRecord['of'] = 'account',
  isBrokenKept = false,
): AsyncGenerator<Line | ProblemRecord> {
  const pending = new PendingLine();
  let number = 1;
  const finished = (isTerminated: boolean): Line | ProblemRecord => {
    const place = { file: file.name, line: number };
    const problem = (reason: string, message: string) =>
      ({ kind: 'problem', place, of, reason, message }) as const;
    if (pending.isTooLong)
      return problem('too_long', `The line has more than ${maxLineBytes} bytes of UTF-8.`);
    const ending = !isTerminated ? '' : pending.hasCarriageReturn ? '\r\n' : '\n';
    const bytes = pending.bytes();
    const text = decoded(strict, bytes);
    if (text !== undefined) return { kind: 'line', number, text, ending, isTerminated, isBroken: false };
    if (!isBrokenKept) return problem('broken_utf8', 'The line is not valid UTF-8.');
    return { kind: 'line', number, text: lossy.decode(bytes), ending, isTerminated, isBroken: true };
  };
  for await (const chunk of readBytes(file)) {
    if (!(chunk instanceof Uint8Array)) return yield chunk;
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      pending.add(chunk.subarray(start, end));
      yield finished(true);
      pending.clear();
      number += 1;
      start = end + 1;
    }
    pending.add(chunk.subarray(start));
  }
  if (pending.size > 0) yield finished(false);
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The bytes of a file without a byte order mark. Of a file that is compressed, or in UTF-16 as a shell on Windows writes it,
 * only the problem is returned (`compressed`, `utf_16`).
 */
export async function* readBytes(file: ImportFile): AsyncGenerator<Uint8Array | ProblemRecord> {
  let beginning: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of file.read()) {
    if (beginning === undefined) {
      yield chunk;
      continue;
    }
    beginning = joined([beginning, chunk]);
    if (beginning.length < 3) continue;
    const problem = problemOfBeginning(file, beginning);
    if (problem !== undefined) return yield problem;
    yield startsWith(beginning, 0xef, 0xbb, 0xbf) ? beginning.subarray(3) : beginning;
    beginning = undefined;
  }
  if (beginning !== undefined && beginning.length > 0) yield problemOfBeginning(file, beginning) ?? beginning;
}

function problemOfBeginning(file: ImportFile, beginning: Uint8Array): ProblemRecord | undefined {
  const problem = (reason: string, message: string): ProblemRecord => {
    return { kind: 'problem', place: { file: file.name, line: 1 }, of: 'file', reason, message };
  };
  if (startsWith(beginning, 0xff, 0xfe) || startsWith(beginning, 0xfe, 0xff))
    return problem('utf_16', 'The file is in UTF-16. Write it in UTF-8.');
  if (startsWith(beginning, 0x1f, 0x8b) || startsWith(beginning, 0x50, 0x4b, 0x03))
    return problem('compressed', 'The file is compressed. Decompress it first, for example with gunzip.');
  return undefined;
}

function startsWith(bytes: Uint8Array, ...beginning: readonly number[]): boolean {
  return beginning.every((byte, index) => bytes[index] === byte);
}

/** The parts of the line that is being read, as many as are kept. */
class PendingLine {
  #parts: Uint8Array[] = [];
  size = 0;

  /** A carriage return before the line feed does not count. */
  get isTooLong(): boolean {
    return this.size > maxLineBytes + 1 || (this.size > maxLineBytes && !this.hasCarriageReturn);
  }

  get hasCarriageReturn(): boolean {
    return this.#parts.at(-1)?.at(-1) === carriageReturn;
  }

  add(part: Uint8Array): void {
    this.size += part.length;
    if (this.size > maxLineBytes + 1) this.#parts = [];
    // A copy: the producer may use its buffer again.
    else if (part.length > 0) this.#parts.push(part.slice());
  }

  bytes(): Uint8Array {
    const bytes = joined(this.#parts);
    return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
  }

  clear(): void {
    this.#parts = [];
    this.size = 0;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
