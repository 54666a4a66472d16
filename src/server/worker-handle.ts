/** A worker as its supervisor sees it: a process that says when it listens, answers when it is asked, and ends. */

import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CannotStart } from './process-lifecycle.ts';
import type { Ready, Told, WorkerMetrics } from './worker.ts';

/** Where the worker's program is, in the sources and in the build alike. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** How long a worker may take to answer; a reader of metrics does not wait for one that hangs. */
const answerMs = 2_000;

export class Child {
  readonly number: number;
  /** Rejects if it ends before. */
  readonly listening: Promise<Ready>;
  /** Resolves when it is gone and its last line was passed on, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it said of itself last. */
  metrics: WorkerMetrics | undefined;
  readonly #process: ChildProcess;
  readonly #asking: (() => void)[] = [];

  /** Begins worker `number` of `of`; its log goes to `relay` in whole lines, settings in `environment` come first. */
  constructor(number: number, of: number, environment: object, relay: (lines: string) => void) {
    this.number = number;
    this.#process = fork(fileURLToPath(program), [`${number}`, `${of}`], {
      env: { ...process.env, ...compileCache(), ...environment },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const saidAll = this.#process.stdout && passOn(this.#process.stdout, relay);
    // `close` would tell both, but never comes where the channel was closed from this side.
    this.ended = new Promise<number | string>((resolve) => {
      this.#process.on('error', (error) => this.#process.pid === undefined && resolve(error.message));
      this.#process.once('exit', (code, signal) => resolve(signal ?? code ?? 'unknown'));
    }).then(async (end) => {
      await saidAll;
      return end;
    });
    this.listening = new Promise((resolve, reject) => {
      this.#process.on('message', (told: Told) => {
        if ('ready' in told) resolve(told.ready);
        else if ('failure' in told) reject(new CannotStart(told.failure));
        else this.#answered(told.metrics);
      });
      this.ended.then((end) => reject(new CannotStart(`A worker ended before it listened (${end}).`)));
    });
  }

  /** Has it say what there is to say of it now; one that does not answer is known by what it said last. */
  async ask(): Promise<void> {
    if (!this.#process.connected) return;
    const answered = new Promise<void>((resolve) => void this.#asking.push(resolve));
    this.#process.send('metrics', () => {});
    await Promise.race([answered, this.ended, sleep(answerMs, undefined, { ref: false })]);
  }

  /** Has it end in order. */
  end(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Answers come in the order of the questions. */
  #answered(metrics: WorkerMetrics): void {
    this.metrics = metrics;
    this.#asking.shift()?.();
  }
}

/**
 * Several processes that write to one pipe would tear each other's longer lines: only the supervisor writes. Resolves
 * when nothing more can come; half a line that a dying worker left is dropped.
 */
function passOn(output: Readable, relay: (lines: string) => void): Promise<void> {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) relay(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  });
  return new Promise((resolve) => void output.once('close', resolve));
}

/** Where this process keeps what it compiled, if it does, a worker does so as well. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
