/** A part of a store that notes how it was called, and how many rows each call answered with. */

export interface StoreCall {
  readonly method: string;
  /** The length of a list, or the number that was returned; 1 for anything else. */
  readonly rows: number;
}

/** The same store, and the calls in the order they were answered. */
export function counted<Part extends object>(
  part: Part,
): { readonly part: Part; readonly calls: StoreCall[] } {
  const calls: StoreCall[] = [];
  const seen = new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const answer: unknown = value.apply(target, given);
        const note = (rows: unknown) => calls.push({ method: String(name), rows: rowsOf(rows) });
        if (answer instanceof Promise)
          answer.then(note, () => {
            // Whoever called hears of it.
          });
        else note(answer);
        return answer;
      };
    },
  });
  return { part: seen, calls };
}

function rowsOf(answer: unknown): number {
  if (Array.isArray(answer)) return answer.length;
  return typeof answer === 'number' ? answer : 1;
}
