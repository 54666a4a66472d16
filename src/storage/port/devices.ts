/** The port of known devices: which clients an account was used from before. */

/** Hashes are the SHA-256 of device ids: 64 hexadecimal digits. */
export interface DeviceStore {
  /**
   * Notes that a user signed in on a device; tells whether that was news. Nothing happens if there is no such user. Of a
   * user with more than `limit` devices those that were used least recently are forgotten in the same step, at most 200 of
   * them in one; never this one.
   */
  remember(deviceHash: string, userId: string, at: number, limit?: number): Promise<'known' | 'new'>;
  /**
   * The first of some devices, at most eight, on which the owner of a canonical identifier signed in since `since`. One
   * step, which does the same work where the identifier has no owner: its time does not tell whether there is one.
   */
  findKnown(canonical: string, deviceHashes: readonly string[], since: number): Promise<string | undefined>;
  /** Whether a user signed in on any device ever, that is still remembered. */
  any(userId: string): Promise<boolean>;
  /** At most `limit` hashes of the devices of a user that come behind `after`, in order; from the first on if it is empty. */
  ofUser(userId: string, after: string, limit: number): Promise<string[]>;
  /** Removes at most `limit` devices that were last used before `before`; returns how many. */
  sweep(before: number, limit: number): Promise<number>;
}
