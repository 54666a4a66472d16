/** A line in which networks take turns, however many of each stand in it; every step takes constant time. */

/** Something in a chain, between its neighbours. */
export interface Link<Item> {
  readonly item: Item;
  before: Link<Item> | undefined;
  after: Link<Item> | undefined;
}

/** A doubly linked list: what stands anywhere in it can leave at once. */
export class Chain<Item> {
  first: Link<Item> | undefined;
  last: Link<Item> | undefined;
  length = 0;

  push(item: Item): Link<Item> {
    const link: Link<Item> = { item, before: this.last, after: undefined };
    if (this.last) this.last.after = link;
    else this.first = link;
    this.last = link;
    this.length += 1;
    return link;
  }

  /** Takes a link out, which must be in this chain. */
  remove({ before, after }: Link<Item>): void {
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    this.length -= 1;
  }
}

/** Those of one network who wait, in the order in which they came. */
interface Lane<Item> {
  readonly network: string;
  readonly waiting: Chain<Item>;
  /** Where the lane stands among the lanes. */
  turn: Link<Lane<Item>>;
}

/** One who waits, as `remove` wants it. */
export interface Waiter<Item> {
  readonly lane: Lane<Item>;
  readonly link: Link<Item>;
}

/**
 * Serves one of each network after another. It holds nothing of a network that does not wait, so that it is never larger
 * than the number of those who do.
 */
export class FairLine<Item> {
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #turns = new Chain<Lane<Item>>();
  /** The lanes by the number of those who wait in them. */
  readonly #byLength: Set<Lane<Item>>[] = [];
  #longest = 0;

  /** Adds one at the end of its network's lane. */
  add(network: string, item: Item): Waiter<Item> {
    const lane = this.#lanes.get(network) ?? this.#open(network);
    const link = lane.waiting.push(item);
    this.#rank(lane, lane.waiting.length - 1);
    return { lane, link };
  }

  /** Takes the first one of the network whose turn it is. */
  take(): Item | undefined {
    const lane = this.#turns.first?.item;
    if (!lane?.waiting.first) return undefined;
    const { first } = lane.waiting;
    this.#turns.remove(lane.turn);
    lane.turn = this.#turns.push(lane);
    this.remove({ lane, link: first });
    return first.item;
  }

  /** Takes one out who is still in the line. */
  remove({ lane, link }: Waiter<Item>): void {
    lane.waiting.remove(link);
    this.#rank(lane, lane.waiting.length + 1);
    if (lane.waiting.length > 0) return;
    this.#turns.remove(lane.turn);
    this.#lanes.delete(lane.network);
  }

  /** The one who came last of the network with the most in line, and that network. */
  newestOfLongest(): (Waiter<Item> & { readonly network: string }) | undefined {
    const [lane] = this.#byLength[this.#longest] ?? [];
    return lane?.waiting.last && { lane, link: lane.waiting.last, network: lane.network };
  }

  #open(network: string): Lane<Item> {
    const lane = { network, waiting: new Chain<Item>() } as Lane<Item>;
    lane.turn = this.#turns.push(lane);
    this.#lanes.set(network, lane);
    return lane;
  }

  /** Files a lane under its length, which was one more or one less before. */
  #rank(lane: Lane<Item>, before: number): void {
    const { length } = lane.waiting;
    this.#byLength[before]?.delete(lane);
    if (length > 0) {
      this.#byLength[length] ??= new Set();
      this.#byLength[length]?.add(lane);
    }
    if (length > this.#longest || this.#byLength[this.#longest]?.size === 0) this.#longest = length;
  }
}
