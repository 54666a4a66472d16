/** A value that may be there already: what a store in this process knows is not waited for. */

export type Awaitable<Value> = Value | Promise<Value>;

/**
 * Goes on with a value at once if it is there, and when it comes if it is not. On the path of a session check this
 * saves a turn of the microtask queue, and the memory of a promise, at every step.
 */
export function after<Value, Result>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
