/** The program of a thread that asks who is logged in, so many times a second, and notes how long each answer took. */

import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** What to ask, and how often. */
export interface Checking {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly everyMs: number;
}

/** What became of the checks of one span of time. */
export interface Checked {
  readonly tookMs: readonly number[];
  /** Answers by status; 0 stands for a connection that broke. */
  readonly statuses: Readonly<Record<number, number>>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let checking: NodeJS.Timeout | undefined;
let tookMs: number[] = [];
let statuses: Record<number, number> = {};
let underWay: Promise<void>[] = [];

parentPort?.on('message', async (begun: Checking | 'end') => {
  if (begun !== 'end') {
    // Asked whether or not the last answer has come: a server that is late does not get fewer questions.
    checking = setInterval(() => underWay.push(check(begun)), begun.everyMs);
    return;
  }
  clearInterval(checking);
  await Promise.all(underWay);
  parentPort?.postMessage({ tookMs, statuses } satisfies Checked);
  [tookMs, statuses, underWay] = [[], {}, []];
});

function check({ url, headers }: Checking): Promise<void> {
  return new Promise((resolve) => {
    const askedAt = performance.now();
    const note = (status: number) => {
      tookMs.push(performance.now() - askedAt);
      statuses[status] = (statuses[status] ?? 0) + 1;
      resolve();
    };
    request(`${url}/auth/session`, { headers, agent }, (response) => {
      response.on('error', () => note(0)).on('end', () => note(response.statusCode ?? 0));
      response.resume();
    })
      .on('error', () => note(0))
      .end();
  });
}
