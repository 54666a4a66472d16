/** Counts the calls to a store while passing them on: what was asked, how much was handed in, and how much came back. */

import type { Store } from '../../src/storage/port/port.ts';

export interface StoreCall {
  /** The part of the store and its method: `sessions.findWithUser`. */
  readonly name: string;
  /** The lengths of the lists that were handed in. */
  readonly given: readonly number[];
  /** How many rows it answered with: the length of a list, the number it returned, else 1; 0 for nothing, and until then. */
  rows: number;
}

/** Where calls are noted, in the order they are made. */
export interface CallSink {
  push(call: StoreCall): void;
}

/** The same store, which notes every call. */
export function countedStore<S extends Store>(store: S, calls: CallSink): S {
  const parts = Object.entries(store).map(([part, value]) =>
    typeof value === 'object' && value !== null ? [part, counted(part, value, calls)] : [part, value],
  );
  const ping = async () => {
    calls.push({ name: 'ping', given: [], rows: 0 });
    return store.ping();
  };
  const factors = async () => {
    const { secondFactors, passkeys } = await store.factors();
    return {
      secondFactors: counted('secondFactors', secondFactors, calls),
      passkeys: counted('passkeys', passkeys, calls),
    };
  };
  return { ...store, ...Object.fromEntries(parts), ping, factors };
}

/** The same part of a store, which notes every call. */
export function counted<Part extends object>(part: string, value: Part, calls: CallSink): Part {
  return new Proxy(value, {
    get(target, name) {
      const method = Reflect.get(target, name, target);
      if (typeof method !== 'function') return method;
      return (...values: unknown[]) => {
        const given = values.filter(Array.isArray).map(({ length }) => length);
        const call: StoreCall = { name: `${part}.${String(name)}`, given, rows: 0 };
        calls.push(call);
        const answer: unknown = method.apply(target, values);
        const note = (rows: unknown) => {
          call.rows = rowsOf(rows);
        };
        // The caller hears of what went wrong.
        if (answer instanceof Promise) answer.then(note, () => {});
        else note(answer);
        return answer;
      };
    },
  });
}

function rowsOf(answer: unknown): number {
  if (Array.isArray(answer)) return answer.length;
  if (answer instanceof Map) return answer.size;
  if (answer === undefined || answer === false) return 0;
  return typeof answer === 'number' ? answer : 1;
}

/** Calls as short lines: the name, and the lengths of what was handed in. */
export function linesOf(calls: readonly StoreCall[]): string[] {
  return calls.map(({ name, given }) => [name, ...given].join(' '));
}
