/** Bounds how long something may take. */

import { StoreUnavailable } from '../../port/port.ts';

/** How long a free connection, or a new one, is waited for. */
export const connectMs = 1_500;

/** How long the server may take for one statement; it gives up by itself then. */
export const statementMs = 1_500;

/** The time something may take as a whole. */
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

/** Rejects if something does not come in time; what is late is not waited for, and may still happen. */
export async function inTime<Value>(ms: number, something: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${ms} ms.`)), ms);
  });
  return Promise.race([something, late]).finally(() => clearTimeout(timer));
}
