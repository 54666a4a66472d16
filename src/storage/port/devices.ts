/** The port of known devices: the clients that an account was used from. */

/** Hashes are the SHA-256 of device ids: 64 hexadecimal digits. */
export interface DeviceStore {
  /**
   * Records that a user signed in on a device; returns whether it was known. Does nothing if the user does not exist. Of a
   * user with more than `limit` devices the least recently used ones are removed in the same step, at most 200 at once;
   * never this one.
   */
  remember(deviceHash: string, userId: string, at: number, limit?: number): Promise<'known' | 'new'>;
  /**
   * The first of at most eight devices on which the owner of a canonical identifier signed in since `since`. One step,
   * which does the same work for an unknown identifier, so that its time does not reveal whether it exists.
   */
  findKnown(canonical: string, deviceHashes: readonly string[], since: number): Promise<string | undefined>;
  /** Whether a user has any known device. */
  any(userId: string): Promise<boolean>;
  /** At most `limit` hashes of the devices of a user after `after`, in order; empty for the first page. */
  ofUser(userId: string, after: string, limit: number): Promise<string[]>;
  /** Removes at most `limit` devices that were last used before `before`; returns how many. */
  sweep(before: number, limit: number): Promise<number>;
}
