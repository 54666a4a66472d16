/** Loaded into a server that is measured: reports how long its event loop was busy at a time, and how much memory it holds. */

import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** What the probe has seen since it was asked last. */
export interface Probed {
  /** The longest turn of the event loop in CPU time of its thread, at most `everyMs` too long. */
  readonly cpuMs: number;
  /** The longest turn by the clock, without the time in which the system let the thread wait for a core. */
  readonly busyMs: number;
  /** The longest turn by the clock. */
  readonly clockMs: number;
  /** The longest pause for the garbage collector, by the clock. */
  readonly collectorMs: number;
  /** What the thread of the event loop spent on a core since it was asked last. */
  readonly spentMs: number;
  readonly heapUsedBytes: number;
  readonly residentBytes: number;
}

/** Where it is asked: the path of a socket, in the environment of the server. */
export const socketVariable = 'SOAK_PROBE_SOCKET';

/** How often it looks. A turn is at least as long as the time between two looks, less this. */
const everyMs = 5;

const nothing = { cpuMs: 0, busyMs: 0, clockMs: 0, collectorMs: 0 };

interface Look {
  readonly at: number;
  readonly cpuMs: number;
  readonly waitedMs: number;
}

const path = process.env[socketVariable];
if (isMainThread && path !== undefined) watch(path);

/** Answers each connection: `collect` has all garbage collected first. */
function watch(socketPath: string): void {
  let last = look();
  let first = last;
  let longest = nothing;
  const note = () => {
    const now = look();
    const clockMs = now.at - last.at;
    longest = {
      cpuMs: Math.max(longest.cpuMs, now.cpuMs - last.cpuMs),
      busyMs: Math.max(longest.busyMs, clockMs - (now.waitedMs - last.waitedMs)),
      clockMs: Math.max(longest.clockMs, clockMs),
      collectorMs: longest.collectorMs,
    };
    last = now;
  };
  const answer = (socket: Socket, asked: string) => {
    note();
    if (asked === 'collect') collect();
    const { heapUsed, rss } = process.memoryUsage();
    const spentMs = last.cpuMs - first.cpuMs;
    socket.end(
      JSON.stringify({ ...longest, spentMs, heapUsedBytes: heapUsed, residentBytes: rss } satisfies Probed),
    );
    longest = nothing;
    last = look();
    first = last;
  };
  setInterval(note, everyMs).unref();
  new PerformanceObserver((list) => {
    const collectorMs = Math.max(longest.collectorMs, ...list.getEntries().map(({ duration }) => duration));
    longest = { ...longest, collectorMs };
  }).observe({ entryTypes: ['gc'] });
  createServer((socket) => {
    socket.on('error', () => {}).once('data', (data) => answer(socket, String(data)));
  })
    .listen(socketPath)
    .unref();
}

function look(): Look {
  const { user, system } = process.threadCpuUsage();
  return { at: performance.now(), cpuMs: (user + system) / 1_000, waitedMs: waitedMs() };
}

/** How long this thread was ready and got no core so far; 0 where the system does not say. */
function waitedMs(): number {
  try {
    // https://docs.kernel.org/scheduler/sched-stats.html: run time, waiting time, turns on a core.
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Twice: what a first collection finalises goes in the second. */
function collect(): void {
  for (let turn = 0; turn < 2; turn += 1) globalThis.gc?.();
}
