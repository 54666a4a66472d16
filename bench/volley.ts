/** Requests for a server for a while, each like the others or each its own, and what came back. */

import { spawn } from 'node:child_process';
import type { Some } from './crowd.ts';

export interface Volley {
  /** May hold `{n}`, as the body and every header may: the number, as long as an id, that no other request has. */
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON body makes it a POST. */
  readonly body?: string;
  /** Makes it a POST without a body. */
  readonly isPost?: boolean;
  /** The first of the numbers, which follow one another. */
  readonly from?: number;
  /** Numbers are chosen at random instead, and come again: some of a crowd. */
  readonly among?: Some;
  /** Every request presents one of these cookies. */
  readonly cookies?: CookieLists;
  /** How long a connection rests before each request, on average. Without it none does. */
  readonly restMs?: number;
  /** Counts answers by their status, which costs the load some time. Without it, all above 399 are `refused`. */
  readonly byStatus?: boolean;
  /** Runs at the lowest priority, so that it does not slow down another load that is measured beside it. */
  readonly background?: boolean;
}

/** Files with a `Cookie` header in each line: of live sessions, which nine of ten requests present, and of dead ones. */
export interface CookieLists {
  readonly hits: string;
  readonly misses: string;
}

export interface Answered {
  /** Requests that were answered, in all and for each second. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Answers by their status: 2xx and 3xx, 429 and 503, all others. */
  readonly accepted: number;
  readonly shed: number;
  readonly refused: number;
  /** Requests that got no answer. */
  readonly failed: number;
}

/** The share of requests that present a live session. */
export const hitRate = 0.9;

/** No answer is given up sooner, so that long waits are measured too. */
export const patienceSeconds = 60;

/** Whether each request has a number. */
export function isNumbered({ url, body, headers = {} }: Volley): boolean {
  return [url, body, ...Object.values(headers)].some((text) => text?.includes('{n}'));
}

/** What follows the host, as it is written. */
export function pathOf(url: string): string {
  return url.slice(new URL(url).origin.length) || '/';
}

/** What a program prints until it ends; what it has to complain of is part of the error. */
export function outputOf([command = '', ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk) => {
        texts[name] += chunk;
      });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(texts.stdout);
      else reject(new Error(`${command} exited with ${code ?? signal}:\n${texts.stderr}`));
    });
  });
}
