/**
 * Devices: the clients that an account was used from.
 *
 * Purpose: to tell an owner who mistypes from a stranger who guesses, and to notice a login from a new device.
 * Prevents: owners locked out by strangers' failures, strangers who borrow another person's known device, devices
 *   planted in a browser before its owner logs in.
 * Principle: a device that logged in to an account is known for that account and no other, until it is unused for a
 *   year; an id that this program did not issue for the account identifies no known device.
 * State: a set of pairs of a device id's hash and a user, with the instant of the last login.
 */

import { digest, newToken } from '../crypto/ids.ts';
import type { DeviceStore } from '../storage/port/port.ts';

/** An unused device stays known for one year, in milliseconds. */
export const knownForMs = 365 * 86_400_000;

/** Ids in the cookie of a shared browser, the most recent ones. */
const maxIds = 4;

/** Ids that are read: twice as many, so that a second, planted cookie hides no id. */
const maxLookedAt = 8;

/** Devices of one user, each with its own allowance for wrong passwords; the least recently used ones are deleted. */
const maxPerUser = 50;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** Hashes of devices read in one step. */
const hashesTogether = 200;

/** The device data of a client that logs in. */
export interface DeviceClaim {
  /** The device ids of the client; `undefined` if the contract has no device cookie. */
  readonly deviceIds: readonly string[] | undefined;
  readonly network: string;
  readonly device: string;
}

/** A device that just logged in. */
export interface Remembered {
  /** The new ids of the client. */
  readonly ids: readonly string[];
  /** The account was used before, but not on this device. */
  readonly isNews: boolean;
}

export class Devices {
  readonly #store: DeviceStore;

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  /**
   * The id of the client that is known for an account, by its canonical identifier; `undefined` if it has none. One read of
   * the store, the same whether the account exists or not; no read for a client without ids.
   */
  async knownFor(
    canonicalIdentifier: string,
    { deviceIds = [] }: Pick<DeviceClaim, 'deviceIds'>,
    now: number,
  ): Promise<string | undefined> {
    if (deviceIds.length === 0) return undefined;
    const ids = new Map(deviceIds.slice(0, maxLookedAt).map((id) => [digest(id), id]));
    const known = await this.#store.findKnown(canonicalIdentifier, [...ids.keys()], now - knownForMs);
    return known === undefined ? undefined : ids.get(known);
  }

  /**
   * Records the device of a login; `known` is the id that `knownFor` found. The network and the device name identify a
   * client too. They give no count of its own, but show whether the device is new, since not every client keeps its id.
   */
  async remember(
    userId: string,
    claim: DeviceClaim,
    known: string | undefined,
    now: number,
  ): Promise<Remembered> {
    const usedBefore = await this.#store.any(userId);
    const looks = digest(`${claim.network} ${claim.device}`);
    const seen = await this.#store.remember(looks, userId, now, maxPerUser);
    const isNews = usedBefore && seen === 'new';
    if (!claim.deviceIds) return { ids: [], isNews };

    const carried = claim.deviceIds.slice(0, maxIds);
    const id = known ?? newToken();
    await this.#store.remember(digest(id), userId, now, maxPerUser);
    const ids = carried.includes(id) ? carried : [id, ...carried].slice(0, maxIds);
    return { ids, isNews: isNews && known === undefined };
  }

  /** The ids of a client whose device could not be recorded: its own or a new one. They make no device known. */
  unremembered({ deviceIds }: Pick<DeviceClaim, 'deviceIds'>): readonly string[] {
    return deviceIds?.length === 0 ? [newToken()] : (deviceIds ?? []).slice(0, maxIds);
  }

  /** The hashes of all devices of a user, page by page; they reveal no id. */
  async *hashesOf(userId: string): AsyncGenerator<readonly string[]> {
    for (let after = ''; ; ) {
      const hashes = await this.#store.ofUser(userId, after, hashesTogether);
      if (hashes.length > 0) yield hashes;
      if (hashes.length < hashesTogether) return;
      after = hashes.at(-1) ?? after;
    }
  }

  /** Deletes devices that were not used for a year, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now - knownForMs, sweepStep)) === sweepStep) await pause();
  }
}
