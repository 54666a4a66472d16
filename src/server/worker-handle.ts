/** A worker as its supervisor sees it: a process that reports when it listens, answers requests, and ends. */

import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServerMetrics } from './metrics-server.ts';
import { CannotStart } from './process-lifecycle.ts';
import type { Ready, WorkerMessage } from './worker.ts';

/** The worker's program, in the sources and in the build. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** The time limit for an answer of a worker. A scrape does not wait for a worker that hangs. */
const answerMs = 2_000;

export class WorkerHandle {
  readonly number: number;
  /** Rejects if the worker ends before it listens. */
  readonly listening: Promise<Ready>;
  /** Resolves with the exit code, or the signal, when the worker has ended and its last line is relayed. */
  readonly ended: Promise<number | string>;
  /** Its most recent metrics. */
  lastMetrics: ServerMetrics | undefined;
  readonly #process: ChildProcess;
  readonly #waiting: (() => void)[] = [];

  /** Starts worker `number` of `of`. `relay` gets its log in whole lines; `environment` overrides that of this process. */
  constructor(number: number, of: number, environment: object, relay: (lines: string) => void) {
    this.number = number;
    this.#process = fork(fileURLToPath(program), [`${number}`, `${of}`], {
      env: { ...process.env, ...compileCache(), ...environment },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const relayed = this.#process.stdout && relayLines(this.#process.stdout, relay);
    // `close` would report both, but never fires if this side closed the channel.
    this.ended = new Promise<number | string>((resolve) => {
      this.#process.on('error', (error) => this.#process.pid === undefined && resolve(error.message));
      this.#process.once('exit', (code, signal) => resolve(signal ?? code ?? 'unknown'));
    }).then(async (end) => {
      await relayed;
      return end;
    });
    this.listening = new Promise((resolve, reject) => {
      this.#process.on('message', (message: WorkerMessage) => {
        if ('ready' in message) resolve(message.ready);
        else if ('failure' in message) reject(new CannotStart(message.failure));
        else this.#receive(message.metrics);
      });
      this.ended.then((end) => reject(new CannotStart(`A worker ended before it listened (${end}).`)));
    });
  }

  /** Updates `lastMetrics`, unless the worker does not answer in time. */
  async requestMetrics(): Promise<void> {
    if (!this.#process.connected) return;
    const answered = new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#process.send('metrics', () => {});
    await Promise.race([answered, this.ended, sleep(answerMs, undefined, { ref: false })]);
  }

  stop(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Answers arrive in the order of the requests. */
  #receive(metrics: ServerMetrics): void {
    this.lastMetrics = metrics;
    this.#waiting.shift()?.();
  }
}

/**
 * Only the supervisor writes: processes that write to one pipe would interleave long lines. Resolves when the output is
 * closed; an incomplete line of a killed worker is dropped.
 */
function relayLines(output: Readable, relay: (lines: string) => void): Promise<void> {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) relay(rest + text.slice(0, end));
    rest = end > 0 ? text.slice(end) : rest + text;
  });
  return new Promise((resolve) => void output.once('close', resolve));
}

/** The compile cache of this process, if any, for its workers. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
