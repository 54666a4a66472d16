/** Time limits. */

import { StoreUnavailable } from '../../port/port.ts';

/** The longest wait for a free or a new connection, in milliseconds. */
export const connectMs = 1_500;

/** The longest time of one statement, in milliseconds; the server enforces it. */
export const statementMs = 1_500;

/** The time limit of a whole task. */
export class Deadline {
  readonly #ms: number;
  readonly #at: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.#at = performance.now() + ms;
  }

  get leftMs(): number {
    return this.#at - performance.now();
  }

  passed(): StoreUnavailable {
    return new StoreUnavailable(`The database took longer than ${Math.round(this.#ms)} ms.`);
  }
}

/** Rejects if a promise does not settle in time; its work may still complete later. */
export async function inTime<Value>(ms: number, something: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${ms} ms.`)), ms);
  });
  return Promise.race([something, late]).finally(() => clearTimeout(timer));
}
