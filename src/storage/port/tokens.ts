/** The port of single-use tokens: stored as hashes, removed with their first use. */

/** The purpose of a token; it is valid for no other. */
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
   * Writes a token, unless its user does not exist. `limit` bounds the tokens of the user for this purpose and address: it
   * first removes those that expire more than {@link clockSlackMs} later than this one, under a wrong clock, then those
   * that expire first.
   */
  insert(tokenHash: string, token: Token, limit?: number): Promise<void>;
  /** Finds a token of this purpose without using it. */
  find(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined>;
  /** Removes a token of this purpose and returns it: of concurrent calls exactly one gets it. */
  take(tokenHash: string, purpose: TokenPurpose): Promise<Token | undefined>;
  /** Removes all tokens of a user for a purpose. */
  removeOfUser(userId: string, purpose: TokenPurpose): Promise<void>;
  /**
   * Removes at most `limit` tokens with `expiresAt` at or before `now`, or after `latest` under a wrong clock; returns
   * how many.
   */
  sweep(now: number, latest: number, limit: number): Promise<number>;
}
