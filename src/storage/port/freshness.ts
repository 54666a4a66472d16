/** The freshness of an answer. */

/**
 * If several processes share a store, `cached` may be up to a second old (ruling N2); `current` is read now. On SQLite both
 * are current.
 */
export type Freshness = 'cached' | 'current';

/** The default of every method. Only `GET /auth/session` asks for `cached`. */
export const defaultFreshness: Freshness = 'current';
