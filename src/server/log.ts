/** The log of the process on standard output, as JSON or as text, which never ends or blocks it (ruling G18). */

import { write } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import pino, { type Logger } from 'pino';
import type { Settings } from '../settings/settings.ts';
import type { Metric } from '../storage/port/port.ts';
import { logText, type Paint } from './log-text.ts';

/** While the output is slow, lines are buffered up to this size; further lines are dropped and counted. */
const maxBufferedBytes = 8 * 1_024 * 1_024;

/** After the first dropped line, lines are dropped until no more than this is buffered: one gap, with a note. */
const recoveredBytes = maxBufferedBytes / 2;

/** Lines are batched for this long between writes. Each write costs two changes of thread, whatever its size. */
const batchMs = 10;

/** The pause before a full pipe is tried again. */
const fullPipeMs = 10;

const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** A log that never ends the process, delays its end by at most a second, and never waits for its reader. */
export interface ProcessLog extends Logger {
  /** Writes whole lines of another process, which are JSON. */
  relay(lines: string): void;
  /** Whether people read the log while it is written: it is text on a terminal. */
  readonly isOnTerminal: boolean;
  /** Writes a text for people between the lines. `compose` gets the colours of the terminal. */
  print(compose: (paint: Paint) => string): void;
  /** Resolves when all lines are written, or after a second. */
  drain(): Promise<void>;
  /** Lines that were lost since the start. */
  metric(): Metric;
}

/** The log of a worker: JSON with its number on every line. The supervisor has the terminal, and formats it. */
export function createWorkerLog(worker: number): ProcessLog {
  return createLog('json', { worker });
}

/** The log of a process with an output of its own; `null` is text if that is a terminal, and otherwise JSON. */
export function createLog(format: Settings['logFormat'], base: { worker: number } | null = null): ProcessLog {
  const isTerminal = isatty(1);
  const isText = format === 'text' || (format === null && isTerminal);
  const output = new Output(1, (lines) => log.warn({ lines }, 'log lines dropped'));
  const paint = isText ? colours() : plain;
  const writeLines = isText
    ? (lines: string) =>
        output.write(
          linesOf(lines)
            .map((line) => logText(line, paint))
            .join(''),
        )
    : (lines: string) => output.write(lines);
  const log = pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, { write: writeLines });
  return Object.assign(log, {
    relay: writeLines,
    isOnTerminal: isTerminal && isText,
    print: (compose: (paint: Paint) => string) => output.write(compose(paint)),
    drain: () => output.drain(),
    metric: (): Metric => ({
      kind: 'counter',
      name: 'gatehouse_log_lines_dropped_total',
      help: 'Lines of the log that could not be written.',
      samples: [{ value: output.dropped }],
    }),
  });
}

const plain: Paint = (_style, text) => text;

/** Decided once, by the terminal, `NO_COLOR`, `FORCE_COLOR` and `TERM`. */
function colours(): Paint {
  const hasColours = styleText('red', 'x', { stream: process.stdout }) !== 'x';
  return hasColours ? (style, text) => styleText(style, text, { validateStream: false }) : plain;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/**
 * Writes text to a file descriptor off the event loop, many lines at a time. Pino's own destination would block the end
 * of the process for as long as a reader hangs or a disk is full.
 */
class Output {
  /** Lines that were lost: the buffer was full, the pipe was closed, or the disk was full. */
  dropped = 0;
  readonly #fd: number;
  readonly #onRecovered: (lines: number) => void;
  /** Lines lost since the last note about lost lines. */
  #missing = 0;
  #isFull = false;
  readonly #drained: (() => void)[] = [];
  #buffer = '';
  #chunk: Buffer = nothing;
  #lastByte = newline;
  /** Also true while the next batch is collected. */
  #isBusy = false;
  #batching: NodeJS.Timeout | undefined;

  /** @param onRecovered is called with the number of lost lines, at the position of the gap. */
  constructor(fd: number, onRecovered: (lines: number) => void) {
    this.#fd = fd;
    this.#onRecovered = onRecovered;
  }

  write(line: string): void {
    this.#isFull ||= this.#bufferedBytes + line.length > maxBufferedBytes;
    if (this.#isFull) this.#lost(linesIn(line));
    else this.#buffer += line;
    if (!this.#isBusy) this.#next();
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isBusy) return resolve();
      this.#drained.push(resolve);
      setTimeout(resolve, 1_000);
      if (this.#batching) this.#next();
    });
  }

  #next(): void {
    clearTimeout(this.#batching);
    this.#batching = undefined;
    if (this.#chunk.byteLength === 0) this.#fill();
    this.#isBusy = this.#chunk.byteLength > 0;
    if (this.#isBusy) write(this.#fd, this.#chunk, (error, written) => this.#written(error, written));
    else for (const resolve of this.#drained.splice(0)) resolve();
  }

  #fill(): void {
    // A line that was cut when the disk was full must not run into the next one.
    const text = this.#buffer !== '' && this.#lastByte !== newline ? `\n${this.#buffer}` : this.#buffer;
    this.#chunk = text === '' ? nothing : Buffer.from(text);
    this.#buffer = '';
  }

  #written(error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') return void setTimeout(() => this.#next(), fullPipeMs).unref();
    // A closed pipe, or a full disk.
    if (error) this.#lost(linesIn(this.#chunk.toString()));
    else this.#lastByte = this.#chunk[written - 1] ?? this.#lastByte;
    this.#chunk = error ? nothing : this.#chunk.subarray(written);
    if (!error && this.#missing > 0 && this.#bufferedBytes <= recoveredBytes) this.#noteMissing();
    if (this.#chunk.byteLength > 0 || this.#drained.length > 0) this.#next();
    else this.#batching = setTimeout(() => this.#next(), batchMs);
  }

  get #bufferedBytes(): number {
    return this.#buffer.length + this.#chunk.byteLength;
  }

  #lost(lines: number): void {
    this.dropped += lines;
    this.#missing += lines;
  }

  #noteMissing(): void {
    const lines = this.#missing;
    this.#missing = 0;
    this.#isFull = false;
    this.#onRecovered(lines);
  }
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
