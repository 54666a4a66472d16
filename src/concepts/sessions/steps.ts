/** Work on very many sessions, in steps that let others have their turn. */

/** Begins long work; what it returns is awaited between the steps of it. */
export type Pacing = () => () => Promise<void>;

/** Nothing gives way. */
export const unpaced: Pacing = () => async () => {};

/** Sessions that end in one step: a few milliseconds in which others wait. */
export const endStep = 100;

/** Rows removed in one step of a sweep: few enough that no request notices. */
export const sweepStep = 200;

/** Takes steps until one does less than a whole step, with a pause after each; returns how much was done in all. */
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
