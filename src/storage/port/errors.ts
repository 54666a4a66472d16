/** Errors of a store: the only ones that a caller distinguishes. */

/** The store cannot answer now. Nothing may be concluded about what it holds (ruling G9). */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store cannot be opened; the message tells the operator what to do. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
}
