/** The log of the process: one JSON line per event on standard output (ruling G18), which may fail and break nothing. */

import { write } from 'node:fs';
import pino, { type Logger } from 'pino';

/** Lines wait in memory up to this size while the output is slow; beyond it they are dropped. */
const mostWaitingBytes = 8 * 1_024 * 1_024;

/** Between two writes lines gather for so long: each write costs two changes of thread, whatever its size. */
const gatherMs = 10;

/** How long to wait for a reader that lets its pipe fill up. */
const readerPauseMs = 10;

const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** A log that never ends the process, never holds up its end, and never waits for whoever reads it. */
export interface ProcessLog extends Logger {
  /** Writes whole lines that another process made, between those of this one. */
  relay(lines: string): void;
  /** Resolves when all lines are written, or after a second. */
  drain(): Promise<void>;
}

/** The log of this process; the lines of a worker tell its number. */
export function createLog(worker?: number): ProcessLog {
  const output = new Output(1);
  const base = worker === undefined ? null : { worker };
  const log = pino({ base, timestamp: pino.stdTimeFunctions.isoTime }, output);
  return Object.assign(log, {
    relay: (lines: string) => output.write(lines),
    drain: () => output.drain(),
  });
}

/**
 * Writes text to a file descriptor off the event loop, many lines at a time. Pino's own destination is not used: at
 * the end of the process it would wait for a stuck reader or a full disk for ever.
 */
class Output {
  readonly #fd: number;
  readonly #drained: (() => void)[] = [];
  #waiting = '';
  #chunk: Buffer = nothing;
  #lastByte = newline;
  /** Written, or gathered to be written next. */
  #writing = false;
  #gathering: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    if (this.#waiting.length + this.#chunk.byteLength + line.length > mostWaitingBytes) return;
    this.#waiting += line;
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
    if (!error) this.#lastByte = this.#chunk[written - 1] ?? this.#lastByte;
    // What a closed pipe or a full disk does not take is dropped.
    this.#chunk = error ? nothing : this.#chunk.subarray(written);
    if (this.#chunk.byteLength > 0 || this.#drained.length > 0) this.#next();
    else this.#gathering = setTimeout(() => this.#next(), gatherMs);
  }
}
