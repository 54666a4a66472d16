/** Finds the route of a request: paths match byte by byte (ruling G11), so one look into a map is all it takes. */

import type { Contract, Route } from './contract.ts';

/** A route, and the contract that has it. */
export interface Place {
  readonly contract: Contract;
  readonly route: Route;
}

export class Routes {
  readonly #contracts: readonly Contract[];
  readonly #places: readonly Place[];
  /** By path, and then by method: to put both into one text would cost more than the second look. */
  readonly #exact = new Map<string, Map<string, Place>>();
  readonly #withHandle: readonly Place[];

  /** @param contracts the first one that claims a path answers for it. */
  constructor(contracts: readonly Contract[]) {
    this.#contracts = contracts;
    this.#places = contracts.flatMap((contract) => contract.routes.map((route) => ({ contract, route })));
    for (const place of this.#places) {
      const { method, path } = place.route;
      this.#exact.set(path, (this.#exact.get(path) ?? new Map()).set(method, place));
    }
    this.#withHandle = this.#places.filter(({ route }) => hasHandle(route));
  }

  /** The route of a method and a path, neither decoded nor tidied. */
  find(method: string, path: string): Place | undefined {
    return (
      this.#exact.get(path)?.get(method) ??
      this.#withHandle.find(({ route }) => route.method === method && isAt(route, path))
    );
  }

  /** A route belongs to the contract that has it; every other path to the first one that claims it (ruling G7). */
  ownerOf(path: string): Contract {
    const place = this.#places.find(({ route }) => isAt(route, path));
    return place?.contract ?? (this.#contracts.find((contract) => contract.owns(path)) as Contract);
  }

  /** The methods a path has routes for, as `Allow` lists them; empty if it has none. */
  methodsAt(path: string): string {
    const methods = this.#places.filter(({ route }) => isAt(route, path)).map(({ route }) => route.method);
    return methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
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
