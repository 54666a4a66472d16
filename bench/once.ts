/** Presents every cookie of a list exactly once: the warm-up before a steady turn, and the load of a cold one. */

import { onCore } from './cores.ts';
import { type Answered, type CookieLists, outputOf } from './volley.ts';

export interface Once {
  readonly url: string;
  readonly connections: number;
  /** Whatever was not presented by then is left out. */
  readonly maxSeconds: number;
  readonly cookies: CookieLists;
  readonly headers?: Readonly<Record<string, string>>;
  /** Live sessions only, in random order. Without it, all of them as they are listed, and then the dead ones. */
  readonly isCold?: boolean;
}

export interface AnsweredOnce extends Answered {
  /** Cookies that were not presented in time. */
  readonly left: number;
}

/** Presents them as fast as the connections allow, from the second core. */
export async function presentOnce(once: Once): Promise<AnsweredOnce> {
  const program = new URL('./once-client.ts', import.meta.url).pathname;
  return JSON.parse(await outputOf([...onCore(1), process.execPath, program, JSON.stringify(once)]));
}
