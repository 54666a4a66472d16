/** What a store throws: the only errors a caller tells apart. */

/** The store cannot answer now. Nothing may be concluded about what it holds (ruling G9). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store cannot be opened at all; the message tells the operator what to do. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}
