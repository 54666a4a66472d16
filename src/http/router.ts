/** Finds the route of a request: paths match byte by byte (ruling G11), so one map lookup is enough. */

import { UnusableSettings } from '../settings/read-settings.ts';
import type { Contract, Route } from './contract.ts';
import { pathOf } from './request-context.ts';

/** The result of a lookup: a route and its contract, or no route and the contract that owns the path. */
export interface RouteMatch {
  readonly contract: Contract;
  readonly route: Route | undefined;
}

interface ContractRoute extends RouteMatch {
  readonly route: Route;
}

export class Router {
  readonly #contracts: readonly Contract[];
  readonly #basePath: string;
  readonly #routes: readonly ContractRoute[];
  /** By path, then by method: joining both into one key would cost more than a second lookup. */
  readonly #exact = new Map<string, Map<string, ContractRoute>>();
  readonly #withHandle: readonly ContractRoute[];

  /**
   * @param contracts the first one that owns a path answers for it.
   * @param basePath the prefix of all paths; empty by default (ruling W6).
   */
  constructor(contracts: readonly Contract[], basePath: string) {
    this.#contracts = contracts;
    this.#basePath = basePath;
    this.#routes = contracts.flatMap((contract) => contract.routes.map((route) => ({ contract, route })));
    for (const entry of this.#routes) {
      const { method, path, anyMethod } = entry.route;
      this.#exact.set(path, (this.#exact.get(path) ?? new Map()).set(method, entry));
      if (anyMethod) this.#exact.get(path)?.set('*', entry);
    }
    this.#withHandle = this.#routes.filter(({ route }) => hasHandle(route));
  }

  /** The path of a request without the base path. Empty, which matches no route, if the path is not below the base path. */
  within(path: string): string {
    const base = this.#basePath;
    if (base === '') return path;
    if (path.startsWith(base) && path[base.length] === '/') return path.slice(base.length);
    return this.#routes.some(({ route }) => route.isAtRoot && route.path === path) ? path : '';
  }

  /** Every path that has a route, as a pattern for Express, Hono and the like: `:handle` matches any handle. */
  get patterns(): string[] {
    return [...new Set(this.#routes.map(({ route }) => `${this.#basePath}${route.path}`))];
  }

  /** Whether a request target has a route, for any method. */
  has(target: string): boolean {
    const path = this.within(pathOf({ target }));
    return this.#exact.has(path) || this.#withHandle.some(({ route }) => isAt(route, path));
  }

  /** The match of a method and a path, which is neither decoded nor normalised. A path with a route of its own is no handle. */
  find(method: string, path: string): RouteMatch {
    const exact = this.#exact.get(path);
    const found = exact
      ? (exact.get(method) ?? exact.get('*'))
      : this.#withHandle.find(({ route }) => route.method === method && isAt(route, path));
    return found ?? { contract: this.#ownerOf(path), route: undefined };
  }

  /** A route belongs to the contract that has it; every other path to the first one that claims it (ruling G7). */
  #ownerOf(path: string): Contract {
    const entry = this.#routes.find(({ route }) => isAt(route, path));
    return entry?.contract ?? (this.#contracts.find((contract) => contract.owns(path)) as Contract);
  }

  /** The methods of a path, in the form of `Allow`; empty if it has none. */
  methodsAt(path: string): string {
    const routes = this.#exact.get(path)?.values() ?? this.#withHandle.filter((at) => isAt(at.route, path));
    return [...routes].map(({ route }) => (route.method === 'GET' ? 'GET, HEAD' : route.method)).join(', ');
  }
}

/**
 * Refuses a base path under which a path of one contract is a path of another one at the root: a client of either would
 * reach the wrong one.
 *
 * @throws {UnusableSettings} naming the path and both contracts.
 */
export function assertUnambiguous(contracts: readonly Contract[], basePath: string): void {
  const owner = (path: string) => contracts.find((contract) => contract.owns(path))?.name;
  for (const { path } of contracts.flatMap(({ routes }) => routes)) {
    const below = owner(path);
    const atRoot = owner(`${basePath}${path}`);
    if (!below || !atRoot || below === atRoot) continue;
    throw new UnusableSettings([
      `GATEHOUSE_BASE_PATH is "${basePath}": ${basePath}${path} would belong to ${below} and to ${atRoot}. ` +
        'Choose another path, or switch one of the two off with GATEHOUSE_CONTRACTS.',
    ]);
  }
}

function hasHandle({ path }: Route): boolean {
  return path.endsWith(':handle');
}

function isAt(route: Route, path: string): boolean {
  if (!hasHandle(route)) return route.path === path;
  const prefix = route.path.slice(0, -':handle'.length);
  return path.startsWith(prefix) && /^[a-z0-9]+$/.test(path.slice(prefix.length));
}
