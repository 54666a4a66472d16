/** All workers of a server: starts, replaces and stops them, and aggregates their metrics. */

import { setTimeout as sleep } from 'node:timers/promises';
import { aggregate, countersOf, mergeTexts } from '../metrics/aggregate.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';
import type { Settings } from '../settings/settings.ts';
import type { Metric } from '../storage/port/port.ts';
import { drainMs } from './bind.ts';
import type { ProcessLog } from './log.ts';
import { messageOf } from './process-lifecycle.ts';
import type { Ready } from './worker.ts';
import { WorkerHandle } from './worker-handle.ts';

/** The pause before a worker is replaced. It doubles each time the worker ends early, and is reset otherwise. */
const minPauseMs = 100;
const maxPauseMs = 30_000;
const youngMs = 60_000;

/** A worker closes its last connections after its delay and `drainMs`. It is killed this long after that. */
const overdueMs = 3_000;

export class Workers {
  readonly #count: number;
  readonly #killAfterMs: number;
  readonly #log: ProcessLog;
  readonly #running = new Set<WorkerHandle>();
  readonly #listening = new Set<WorkerHandle>();
  #address = {};
  #isStopping = false;
  #deaths = 0;
  /** The last known counters of workers that have ended. */
  #retired: readonly Metric[] = [];

  constructor(
    { workers, stopDelaySeconds }: Pick<Settings, 'workers' | 'stopDelaySeconds'>,
    log: ProcessLog,
  ) {
    this.#count = workers;
    this.#killAfterMs = stopDelaySeconds * 1_000 + drainMs + overdueMs;
    this.#log = log;
  }

  /**
   * Resolves when all workers listen.
   *
   * @throws {CannotStart} if one cannot; then all are stopped.
   */
  async start(): Promise<Ready> {
    try {
      // The first worker shows whether the server can start, makes the tables, and lets the system choose the port.
      const ready = await this.#start(1);
      const [, host = '', port = ''] = /^http:\/\/\[?(.*?)\]?:(\d+)$/.exec(ready.url) ?? [];
      this.#address = { HOST: host, PORT: port };
      const others = Array.from({ length: this.#count - 1 }, (_, i) => this.#start(i + 2));
      await Promise.all(others);
      return ready;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops all workers gracefully. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const late = setTimeout(() => {
      this.#log.error('workers did not end in time and were killed');
      this.kill();
    }, this.#killAfterMs);
    for (const worker of this.#running) worker.stop();
    await Promise.all([...this.#running].map(({ ended }) => ended));
    clearTimeout(late);
  }

  kill(): void {
    for (const worker of this.#running) worker.kill();
  }

  /** The metrics of all workers in the text format of Prometheus. */
  async prometheusText(): Promise<string> {
    await Promise.all([...this.#listening].map((worker) => worker.requestMetrics()));
    const readings = [...this.#listening].flatMap(({ number, lastMetrics }) =>
      lastMetrics ? [{ worker: number, ...lastMetrics }] : [],
    );
    // The supervisor writes the log, and may lose lines too.
    const metrics = aggregate(readings, [...this.#retired, this.#log.metric()]);
    const processText = mergeTexts(readings.map((reading) => reading.processText));
    return `${prometheusText([...metrics, ...this.#ownMetrics()])}\n${processText}`;
  }

  /** Starts a worker, and supervises it when it listens. */
  async #start(number: number): Promise<Ready> {
    const worker = this.#fork(number);
    const ready = await worker.listening;
    this.#supervise(worker);
    return ready;
  }

  #fork(number: number): WorkerHandle {
    const worker = new WorkerHandle(number, this.#count, this.#address, (lines) => this.#log.relay(lines));
    this.#running.add(worker);
    worker.listening.then(
      () => this.#listening.add(worker),
      () => {},
    );
    worker.ended.then(() => {
      this.#running.delete(worker);
      if (!this.#listening.delete(worker) || !worker.lastMetrics) return;
      this.#retired = aggregate([], [...this.#retired, ...countersOf(worker.lastMetrics.metrics)]);
    });
    return worker;
  }

  /** Replaces a worker when it ends, and each of its replacements, until the server stops. */
  async #supervise(worker: WorkerHandle): Promise<void> {
    const { number } = worker;
    let pauseMs = minPauseMs / 2;
    for (let since = performance.now(); ; since = performance.now()) {
      const ended = await worker.ended;
      if (this.#isStopping) return;
      this.#deaths += 1;
      const diedYoung = performance.now() - since < youngMs;
      pauseMs = diedYoung ? Math.min(pauseMs * 2, maxPauseMs) : minPauseMs;
      this.#log.error({ worker: number, ended, pauseMs }, 'worker died');
      await sleep(pauseMs);
      if (this.#isStopping) return;
      worker = this.#replace(number) ?? worker;
    }
  }

  /** Returns `undefined` if the system cannot start another process. */
  #replace(number: number): WorkerHandle | undefined {
    const failed = (error: unknown) =>
      this.#log.error({ worker: number, reason: messageOf(error) }, 'worker cannot start');
    try {
      const worker = this.#fork(number);
      worker.listening.then(() => this.#log.info({ worker: number }, 'worker replaced'), failed);
      return worker;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #ownMetrics(): Metric[] {
    return [
      {
        kind: 'gauge',
        name: 'gatehouse_workers',
        help: 'Workers that listen.',
        samples: [{ value: this.#listening.size }],
      },
      {
        kind: 'counter',
        name: 'gatehouse_worker_deaths_total',
        help: 'Workers that died and were replaced.',
        samples: [{ value: this.#deaths }],
      },
    ];
  }
}
