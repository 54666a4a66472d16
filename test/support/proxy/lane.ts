/** One direction of a connection through the proxy: what arrives is passed on in order, after a while or on demand. */

import type { Socket } from 'node:net';

export interface Lane {
  /** Passes bytes on after everything that came before. */
  push(bytes: Buffer): void;
  /** Passes nothing on until `release`. */
  hold(): void;
  release(): void;
}

interface Waiting {
  readonly dueAt: number;
  deliver(): void;
}

/** Carries the end of `from` to `to`; its bytes have to be pushed. */
export function openLane(from: Socket, to: Socket, delayMs: () => number): Lane {
  const queue: Waiting[] = [];
  let held = false;
  let timer: NodeJS.Timeout | undefined;

  function add(deliver: () => void): void {
    queue.push({ dueAt: performance.now() + delayMs(), deliver });
    flow();
  }

  function flow(): void {
    clearTimeout(timer);
    for (;;) {
      const [first] = queue;
      if (held || first === undefined) return;
      const waitMs = first.dueAt - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(flow, waitMs);
        return;
      }
      queue.shift();
      first.deliver();
    }
  }

  let broken = false;
  from
    .on('error', () => {
      broken = true;
    })
    .on('end', () => add(() => to.end()))
    // A reset on one side is a reset on the other; after an orderly end this finds nothing left to do.
    .on('close', () => add(() => (broken ? to.resetAndDestroy() : to.end())));
  return {
    push: (bytes) =>
      add(() => {
        if (to.writable) to.write(bytes);
      }),
    hold() {
      held = true;
    },
    release() {
      held = false;
      flow();
    },
  };
}
