/** Fires requests at a server for a while, with `wrk` where there is one. */

import { onCore, tool } from './cores.ts';
import { type Answered, outputOf, type Volley } from './volley.ts';
import { wrk } from './wrk.ts';

/** Fires a volley from the second core, to its end. */
export async function fire(volley: Volley, core = onCore(1)): Promise<Answered> {
  const prefix = [...core, ...(volley.background ? ['nice', '-n', '19'] : [])];
  // A load that was killed, rather than ended by itself, says nothing about the server: it is repeated once.
  if (tool === 'wrk')
    return wrk(volley, prefix).catch((error: Error) =>
      /exited with SIG/.test(error.message) ? wrk(volley, prefix) : Promise.reject(error),
    );
  const program = new URL('./cannon.ts', import.meta.url).pathname;
  return JSON.parse(await outputOf([...prefix, process.execPath, program, JSON.stringify(volley)]));
}
