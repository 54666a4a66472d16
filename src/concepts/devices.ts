/**
 * Devices: which clients an account was used from before.
 *
 * Purpose: to tell an owner who mistypes from a stranger who guesses, and to notice a login from a new device.
 * Prevents: owners locked out by strangers' failures, strangers who borrow another person's known device, devices
 *   planted in a browser before its owner logs in.
 * Principle: a device that logged in to an account is known for that account and no other, until it was not used for
 *   a year; an id that this program did not hand out for the account makes nothing known.
 * State: a set of pairs of a device id's hash and a user, with the instant of the last login.
 */

import { digest, newToken } from '../crypto/ids.ts';
import type { DeviceStore } from '../storage/port/port.ts';

/** How long an unused device stays known, in milliseconds: one year. */
export const knownForMs = 365 * 86_400_000;

/** A browser that several people share carries one id for each of the last few. */
const maxIds = 4;

/** Ids that are looked at: twice as many, so that a second cookie, planted beside the real one, hides no id. */
const maxLookedAt = 8;

/** Devices kept of one user, each with an allowance of its own to guess; those used least recently are forgotten. */
const maxPerUser = 50;

/** Rows removed in one step of a sweep. */
const sweepStep = 200;

/** Hashes of devices read in one step. */
const hashesTogether = 200;

/** What a client that logs in says of itself. */
export interface DeviceClaim {
  /** The device ids it carries; `undefined` if the contract has no place for them. */
  readonly deviceIds: readonly string[] | undefined;
  readonly network: string;
  readonly device: string;
}

/** A device that just logged in. */
export interface Remembered {
  /** The ids the client is to carry from now on. */
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
   * The id among those a client carries that makes it known for an account, by its canonical identifier. One question to
   * the store, and the same one whether there is such an account or not; none if the client carries no id.
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
   * Notes that a user logged in on a device, whose `known` id is the one that `knownFor` found before. Clients are told
   * apart by their network and their name as well. That gives no count of its own, but shows whether the device is new,
   * since not every client keeps the id that it is given.
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

  /** The ids of a client that could not be remembered: those it carries, or a new one; they make nothing known. */
  unremembered({ deviceIds }: Pick<DeviceClaim, 'deviceIds'>): readonly string[] {
    return deviceIds?.length === 0 ? [newToken()] : (deviceIds ?? []).slice(0, maxIds);
  }

  /** The hashes of all devices known for a user, page by page: they tell no id. */
  async *hashesOf(userId: string): AsyncGenerator<readonly string[]> {
    for (let after = ''; ; ) {
      const hashes = await this.#store.ofUser(userId, after, hashesTogether);
      if (hashes.length > 0) yield hashes;
      if (hashes.length < hashesTogether) return;
      after = hashes.at(-1) ?? after;
    }
  }

  /** Forgets devices that were not used for a year, in small steps with a pause after each. */
  async sweep(now: number, pause: () => Promise<void>): Promise<void> {
    while ((await this.#store.sweep(now - knownForMs, sweepStep)) === sweepStep) await pause();
  }
}
