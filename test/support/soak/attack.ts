/** What an attack is: loops that ask for the worst a route can do, and the answers that show that it did it. */

import { strictEqual } from 'node:assert';
import { password } from '../person.ts';
import type { Asked, Heard, Hostile } from './hostile.ts';

/** An account of the attacker, which has far too much of everything. */
export interface Account {
  readonly email: string;
  readonly userId: string;
  /** What the ids and handles of its sessions begin with. */
  readonly name: string;
  readonly sessions: number;
}

/** An account with an app, passkeys, recovery codes and trusted browsers. */
export interface Most extends Account {
  /** The cookie of one of its trusted browsers. */
  readonly trust: string;
  /** Recovery codes that are good, the next one last. */
  readonly codes: string[];
}

/** The accounts and sessions of the attacker. */
export interface Scene extends Hostile {
  readonly accounts: Readonly<Record<'many' | 'gone' | 'word' | 'last', Account>>;
  /** An account with the most second factors there can be, where an arena has one. */
  readonly most: Most | undefined;
  /** Begins a session in which the password counts as proven, and returns its id. */
  logIn(account: Account): Promise<string>;
  /** Counts calls with the same word, from 0. */
  count(what: string): number;
  /** Registers an account of a name that is free, and returns the id of its session. */
  register(): Promise<string>;
}

export interface Attack {
  readonly name: string;
  /** Answers there must be. */
  readonly answers: readonly number[];
  /** Answers there may be besides. */
  readonly besides?: readonly number[];
  /** How many loops there are. */
  readonly loops: number;
  /** For how long they ask; without it each asks once. */
  readonly seconds: number | undefined;
  /** The account that it ends: before another try, another one takes its place. */
  readonly ends?: keyof Scene['accounts'] | undefined;
  /** Prepares a loop and returns a turn of it, which resolves to the status of the answer. */
  begin(scene: Scene, loop: number): Promise<() => Promise<number>>;
}

/**
 * Loops of an attack if it says nothing else, and the seconds that they ask for. Two loops of a page of sessions keep the
 * event loop busy by their number alone, so that a check waits for two pages: what is judged is what one costs.
 */
export const usual = { loops: 1, seconds: 1.2 };

type Options = Partial<Pick<Attack, 'besides' | 'loops' | 'seconds' | 'ends'>>;

/** Asks without a session. */
export function stranger(
  name: string,
  answers: readonly number[],
  asked: (scene: Scene, turn: number) => Asked,
  options: Options = {},
): Attack {
  return {
    name,
    answers,
    ...usual,
    ...options,
    async begin(scene) {
      let turn = 0;
      return async () => (await scene.ask(asked(scene, turn++))).status;
    },
  };
}

/** Asks in a session of an account, each loop in its own. `seen` looks at an answer, for the next question. */
export function signedIn(
  name: string,
  answers: readonly number[],
  whose: keyof Scene['accounts'],
  asked: (scene: Scene, before: Heard | undefined) => Asked,
  { seen, ...options }: Options & { readonly seen?: (heard: Heard) => void } = {},
): Attack {
  return {
    name,
    answers,
    ...usual,
    ...options,
    async begin(scene) {
      const id = await scene.logIn(scene.accounts[whose]);
      let heard: Heard | undefined;
      return async () => {
        const { headers, ...rest } = asked(scene, heard);
        heard = await scene.ask({ ...rest, headers: { 'x-session-id': id, ...headers } });
        seen?.(heard);
        return heard.status;
      };
    },
  };
}

/** A scene over a client. */
export function sceneOf(hostile: Hostile, accounts: Scene['accounts'], most?: Most): Scene {
  const counted = new Map<string, number>();
  const sessionIn = ({ status, text }: Heard, expected: number) => {
    strictEqual(status, expected, text);
    return String((JSON.parse(text) as Record<string, unknown>)['session_id']);
  };
  const count = (what: string) => {
    const before = counted.get(what) ?? 0;
    counted.set(what, before + 1);
    return before;
  };
  const enter = (path: string, email: string) =>
    hostile.ask({ method: 'POST', path, body: { email, password } });
  return {
    ...hostile,
    accounts,
    most,
    count,
    logIn: async ({ email }) => sessionIn(await enter('/auth/login', email), 200),
    register: async () => sessionIn(await enter('/auth/register', `extra${count('extra')}@example.com`), 201),
  };
}
