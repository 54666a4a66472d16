/** The port of single-use tokens: kept as hashes, gone with their first use. */

/** What a token is good for; one made for one purpose is nothing for another. */
export type TokenPurpose = 'verify_email' | 'change_email' | 'reset_password';

export interface Token {
  readonly userId: string;
  readonly purpose: TokenPurpose;
  /** The address it was sent to. */
  readonly email: string;
  readonly expiresAt: number;
}

/** Hashes are the SHA-256 of tokens: 64 hexadecimal digits. */
export interface TokenStore {
  /**
   * Keeps a token, unless its user does not exist. With `limit`, at most so many of the user are kept for this purpose
   * and address: of the others those go first that expire more than {@link clockSlackMs} later than this one, under a
   * wrong clock, and then those that expire first.
   */
  insert(tokenHash: string, token: Token, limit?: number): Promise<void>;
  /** Looks at a token of this purpose and leaves it as it is. */
  find(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined>;
  /** Removes a token of this purpose and returns it: of many that race for one exactly one gets it. */
  take(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined>;
  /** Removes all tokens of a user for a purpose. */
  removeOfUser(userId: string, purpose: TokenPurpose): Promise<void>;
  /**
   * Removes at most `limit` tokens with `expiresAt` at or before `now`, or after `latest` under a wrong clock; returns
   * how many.
   */
  sweep(now: number, latest: number, limit: number): Promise<number>;
}
