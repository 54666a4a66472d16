/** Writes down every call to a store while passing it on, so that a test can compare what two requests cost. */

import type { Store } from '../../src/storage/port.ts';

/** The same store; every call leaves a line with its name and the lengths of the lists that were handed in. */
export function writingDown<S extends Store>(store: S, calls: string[]): S {
  const parts = Object.entries(store).map(([part, value]) =>
    typeof value === 'object' && value !== null ? [part, watched(part, value, calls)] : [part, value],
  );
  return { ...store, ...Object.fromEntries(parts) };
}

function watched(part: string, value: object, calls: string[]): object {
  return new Proxy(value, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...values: unknown[]) => {
        const lengths = values.filter(Array.isArray).map(({ length }) => length);
        calls.push([`${part}.${String(name)}`, ...lengths].join(' '));
        return method.apply(target, values);
      };
    },
  });
}
