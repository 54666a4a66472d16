/** The log of the process: one JSON line per event on standard output (ruling G18), which may fail and break nothing. */

import { write } from 'node:fs';
import pino, { type Logger } from 'pino';
import type { Metric } from '../storage/port/port.ts';

/** Lines wait in memory up to this size while the output is slow; beyond it they are dropped and counted. */
const maxWaitingBytes = 8 * 1_024 * 1_024;

/** Once lines were dropped, all are until no more than this waits: so they are missing in one place, which can be told. */
const recoveredBytes = maxWaitingBytes / 2;

/** Between two writes lines gather for so long: each write costs two changes of thread, whatever its size. */
const gatherMs = 10;

/** How long to wait for a reader that lets its pipe fill up. */
const readerPauseMs = 10;

const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** A log that never ends the process, never holds up its end, and never waits for its reader. */
export interface ProcessLog extends Logger {
  /** Writes whole lines that another process made, between those of this one. */
  relay(lines: string): void;
  /** Resolves when all lines are written, or after a second. */
  drain(): Promise<void>;
  /** How many lines were lost so far. */
  metric(): Metric;
}

/** The log of this process; the lines of a worker tell its number. */
export function createLog(worker?: number): ProcessLog {
  const output = new Output(1, (lines) => log.warn({ lines }, 'log lines dropped'));
  const base = worker === undefined ? null : { worker };
  const log = pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, output);
  return Object.assign(log, {
    relay: (lines: string) => output.write(lines),
    drain: () => output.drain(),
    metric: (): Metric => ({
      kind: 'counter',
      name: 'gatehouse_log_lines_dropped_total',
      help: 'Lines of the log that could not be written.',
      samples: [{ value: output.dropped }],
    }),
  });
}

/**
 * Writes text to a file descriptor off the event loop, many lines at a time. Pino's own destination is not used: at
 * the end of the process it would wait for a stuck reader or a full disk for ever.
 */
class Output {
  /** Lines that were lost: dropped because too many waited, or not taken by a closed pipe or a full disk. */
  dropped = 0;
  readonly #fd: number;
  readonly #recovered: (lines: number) => void;
  /** Lines lost since the log was last whole. */
  #missing = 0;
  #isFull = false;
  readonly #drained: (() => void)[] = [];
  #waiting = '';
  #chunk: Buffer = nothing;
  #lastByte = newline;
  /** Written, or gathered to be written next. */
  #writing = false;
  #gathering: NodeJS.Timeout | undefined;

  /** `recovered` is told how many lines are missing, at the place where they are. */
  constructor(fd: number, recovered: (lines: number) => void) {
    this.#fd = fd;
    this.#recovered = recovered;
  }

  write(line: string): void {
    this.#isFull ||= this.#waitingBytes + line.length > maxWaitingBytes;
    if (this.#isFull) this.#lost(linesIn(line));
    else this.#waiting += line;
    if (!this.#writing) this.#next();
  }

  drain(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#writing) return resolve();
      this.#drained.push(resolve);
      setTimeout(resolve, 1_000);
      if (this.#gathering) this.#next();
    });
  }

  #next(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#chunk.byteLength === 0) this.#fill();
    this.#writing = this.#chunk.byteLength > 0;
    if (this.#writing) write(this.#fd, this.#chunk, (error, written) => this.#written(error, written));
    else for (const resolve of this.#drained.splice(0)) resolve();
  }

  #fill(): void {
    // A line that was torn when the disk was full must not swallow the next one.
    const text = this.#waiting !== '' && this.#lastByte !== newline ? `\n${this.#waiting}` : this.#waiting;
    this.#chunk = text === '' ? nothing : Buffer.from(text);
    this.#waiting = '';
  }

  #written(error: NodeJS.ErrnoException | null, written: number): void {
    if (error?.code === 'EAGAIN') return void setTimeout(() => this.#next(), readerPauseMs).unref();
    // What a closed pipe or a full disk does not take is dropped.
    if (error) this.#lost(linesIn(this.#chunk.toString()));
    else this.#lastByte = this.#chunk[written - 1] ?? this.#lastByte;
    this.#chunk = error ? nothing : this.#chunk.subarray(written);
    if (!error && this.#missing > 0 && this.#waitingBytes <= recoveredBytes) this.#tellMissing();
    if (this.#chunk.byteLength > 0 || this.#drained.length > 0) this.#next();
    else this.#gathering = setTimeout(() => this.#next(), gatherMs);
  }

  get #waitingBytes(): number {
    return this.#waiting.length + this.#chunk.byteLength;
  }

  #lost(lines: number): void {
    this.dropped += lines;
    this.#missing += lines;
  }

  #tellMissing(): void {
    const lines = this.#missing;
    this.#missing = 0;
    this.#isFull = false;
    this.#recovered(lines);
  }
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
