/** How fresh an answer has to be. */

/**
 * Where several processes share a store, `cached` may have been read up to a second ago (ruling N2); `current` is read
 * now. On SQLite both are current.
 */
export type Freshness = 'cached' | 'current';

/** The freshness of every answer unless another one is asked for. Only `GET /auth/session` asks for `cached`. */
export const defaultFreshness: Freshness = 'current';
