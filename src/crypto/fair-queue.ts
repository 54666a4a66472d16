/** A queue that serves networks in turn, however many items each has in it. */

/**
 * Serves one item of each network in turn, and those of one network in the order of arrival. It keeps no entry for a
 * network without items, so its size is bounded by them.
 */
export class FairQueue<Item> {
  /** The items of each network; the next network comes first. */
  readonly #lanes = new Map<string, Item[]>();

  add(network: string, item: Item): void {
    const lane = this.#lanes.get(network);
    if (lane) lane.push(item);
    else this.#lanes.set(network, [item]);
  }

  /** Takes the oldest item of the next network. */
  take(): Item | undefined {
    const [next] = this.#lanes;
    if (!next) return undefined;
    const [network, lane] = next;
    this.#lanes.delete(network);
    const item = lane.shift();
    if (lane.length > 0) this.#lanes.set(network, lane);
    return item;
  }

  /** Removes an item, if it is still in the queue. */
  remove(network: string, item: Item): void {
    const lane = this.#lanes.get(network) ?? [];
    const index = lane.lastIndexOf(item);
    if (index >= 0) lane.splice(index, 1);
    if (lane.length === 0) this.#lanes.delete(network);
  }

  /** The newest item of the network with the most items, and that network; `undefined` if the queue is empty. */
  newestOfLongest(): { readonly network: string; readonly item: Item } | undefined {
    let longest: readonly [string, Item[]] | undefined;
    for (const lane of this.#lanes) if (!longest || lane[1].length > longest[1].length) longest = lane;
    const [network, items = []] = longest ?? [];
    const item = items.at(-1);
    return network === undefined || item === undefined ? undefined : { network, item };
  }
}
