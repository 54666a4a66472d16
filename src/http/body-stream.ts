/** A body that is generated while it is sent, part by part, so that it is never in memory as a whole. */

/** Parts of a body. The reader reads to the end, or calls `return` when it wants no more. */
export class BodyStream implements AsyncIterableIterator<string> {
  readonly #parts: AsyncIterator<string, unknown, undefined>;
  readonly #over: (error?: unknown) => void;
  #isOver = false;

  /** @param over is called once: after the last part, when the reader stops, or with the error of a part that failed. */
  constructor(parts: AsyncIterator<string, unknown, undefined>, over: (error?: unknown) => void) {
    this.#parts = parts;
    this.#over = over;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string>> {
    try {
      const step = await this.#parts.next();
      if (!step.done) return step;
      this.#end();
      return { done: true, value: undefined };
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  async return(): Promise<IteratorResult<string>> {
    this.#end();
    await this.#parts.return?.();
    return { done: true, value: undefined };
  }

  #end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over(error);
  }
}

/** The items of a JSON array, page by page, without its brackets. */
export async function* jsonItems<Row>(
  pages: AsyncIterable<readonly Row[]>,
  show: (row: Row) => object,
): AsyncGenerator<string> {
  let separator = '';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((row) => JSON.stringify(show(row))).join();
    separator = ',';
  }
}
