/** Work on very many sessions, in steps short enough that requests do not wait. */

/** Begins long work; its result is awaited between the steps. */
export type Pacing = () => () => Promise<void>;

/** Without pauses. */
export const unpaced: Pacing = () => async () => {};

/** Sessions that end in one step: a few milliseconds of the writer. */
export const endStep = 100;

/** Rows removed in one step of a sweep: few enough not to delay requests. */
export const sweepStep = 200;

/** Repeats a step until it does less than a whole step, with a pause after each; returns the total. */
export async function inSteps(
  size: number,
  step: (size: number) => Promise<number>,
  pause: () => Promise<void>,
): Promise<number> {
  for (let all = 0; ; await pause()) {
    const done = await step(size);
    all += done;
    if (done < size) return all;
  }
}
