/** Work on very many sessions, in steps that let others have their turn. */

/** Sessions that end in one step: few enough that no request notices. */
export const endStep = 200;

/** Takes steps until one does less than a whole step, with a pause after each; returns how much was done in all. */
export async function inSteps(
  step: (most: number) => Promise<number>,
  pause: () => Promise<void>,
): Promise<number> {
  for (let all = 0; ; await pause()) {
    const done = await step(endStep);
    all += done;
    if (done < endStep) return all;
  }
}
