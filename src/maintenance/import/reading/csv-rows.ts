/** Reads the rows of a CSV file (RFC 4180) with bounded memory, and names those that cannot be read. */

import type { ImportFile, Place, ProblemRecord } from '../records.ts';
import { type Line, maxLineBytes, readLines } from './lines.ts';

/** A row of fields. */
export interface CsvRow {
  readonly kind: 'fields';
  /** The line on which it begins. */
  readonly line: number;
  /** `null` is an empty field without quotes: that is how PostgreSQL writes NULL. */
  readonly fields: readonly (string | null)[];
}

/** Delimiters that are told from the first line, the most usual first. */
const delimiters = [',', ';', '\t', '|'] as const;

/**
 * The rows of a CSV file, empty lines left out, the header included. The delimiter is a comma, a semicolon, a tab or a bar,
 * whichever is most frequent outside of quotes in the first line, unless it is given. A row that is broken (`bad_quotes`), has
 * broken lines or more than `maxLineBytes` bytes is a problem, and the next row is read. After a quote that is never closed
 * there is no next row (`open_quote`).
 */
export async function* readCsv(file: ImportFile, delimiter?: string): AsyncGenerator<CsvRow | ProblemRecord> {
  let reader: RowReader | undefined;
  for await (const line of readLines(file, 'account', true)) {
    if (line.kind === 'line') {
      reader ??= new RowReader(file.name, delimiter ?? delimiterOf(line.text));
      const row = reader.take(line);
      if (row !== undefined) yield row;
    } else if (line.of === 'file') return yield line;
    // A quote that is open ends on a later line.
    else if (reader?.isOpen === true) reader.fail(line);
    else yield line;
  }
  if (reader?.isOpen === true) yield reader.unclosed();
}

function delimiterOf(line: string): string {
  const counts = new Map<string, number>(delimiters.map((delimiter) => [delimiter, 0]));
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    const count = counts.get(character);
    if (count !== undefined && !isQuoted) counts.set(character, count + 1);
  }
  return delimiters.reduce((best, next) => ((counts.get(next) ?? 0) > (counts.get(best) ?? 0) ? next : best));
}

/** Puts rows together from lines. */
class RowReader {
  readonly #file: string;
  readonly #delimiter: string;
  #fields: (string | null)[] = [];
  /** The field in quotes that is open, in parts. */
  #open: string[] | undefined;
  #startLine = 0;
  #size = 0;
  #problem: ProblemRecord | undefined;

  constructor(file: string, delimiter: string) {
    this.#file = file;
    this.#delimiter = delimiter;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The row that a line completes; none if a quote is open, or the line is empty. */
  take({ text, ending, number, isBroken }: Line): CsvRow | ProblemRecord | undefined {
    if (this.#open === undefined) {
      if (text === '') return undefined;
      this.#begin(number);
    }
    if (isBroken) this.fail(this.#problemOf('broken_utf8', 'The row is not valid UTF-8.'));
    this.#size += text.length + ending.length;
    if (this.#size > maxLineBytes)
      this.fail(this.#problemOf('too_long', `The row has more than ${maxLineBytes} characters.`));
    this.#scan(text);
    if (this.#open === undefined)
      return this.#problem ?? { kind: 'fields', line: this.#startLine, fields: this.#fields };
    if (this.#problem === undefined) this.#open.push(ending);
    return undefined;
  }

  /** The row cannot be read; the first reason counts. */
  fail(problem: ProblemRecord): void {
    this.#problem ??= { ...problem, place: this.#place() };
    this.#fields = [];
    if (this.#open !== undefined) this.#open = [];
  }

  unclosed(): ProblemRecord {
    const problem = this.#problemOf('open_quote', 'A quote is never closed: nothing after it can be read.');
    return { ...problem, of: 'file' };
  }

  #begin(line: number): void {
    this.#fields = [];
    this.#startLine = line;
    this.#size = 0;
    this.#problem = undefined;
  }

  #scan(text: string): void {
    let at = 0;
    if (this.#open !== undefined) at = this.#scanQuoted(text, 0);
    else at = this.#scanField(text, 0);
    while (at >= 0) at = this.#scanField(text, at);
  }

  /** Reads the field that begins at a position; the position of the next one, or -1 at the end of the line. */
  #scanField(text: string, at: number): number {
    if (text[at] === '"') {
      this.#open = [];
      return this.#scanQuoted(text, at + 1);
    }
    const end = text.indexOf(this.#delimiter, at);
    const field = text.slice(at, end < 0 ? text.length : end);
    this.#add(field === '' ? null : field);
    return end < 0 ? -1 : end + this.#delimiter.length;
  }

  #scanQuoted(text: string, from: number): number {
    let at = from;
    for (;;) {
      const quote = text.indexOf('"', at);
      this.#keep(text.slice(at, quote < 0 ? text.length : quote));
      if (quote < 0) return -1;
      at = quote + 1;
      if (text[at] !== '"') break;
      this.#keep('"');
      at += 1;
    }
    this.#add((this.#open ?? []).join(''));
    this.#open = undefined;
    if (at === text.length) return -1;
    if (text.startsWith(this.#delimiter, at)) return at + this.#delimiter.length;
    this.fail(this.#problemOf('bad_quotes', 'A field goes on after its closing quote.'));
    const next = text.indexOf(this.#delimiter, at);
    return next < 0 ? -1 : next + this.#delimiter.length;
  }

  #keep(part: string): void {
    if (this.#problem === undefined && part !== '') this.#open?.push(part);
  }

  #add(field: string | null): void {
    if (this.#problem === undefined) this.#fields.push(field);
  }

  #place(): Place {
    return { file: this.#file, line: this.#startLine };
  }

  #problemOf(reason: string, message: string): ProblemRecord {
    return { kind: 'problem', place: this.#place(), of: 'account', reason, message };
  }
}
