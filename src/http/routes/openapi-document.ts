/** The OpenAPI document of a server: `openapi/openapi.json` without the contracts that are switched off (ruling W5). */

import { readFileSync } from 'node:fs';
import { type ContractName, isContract } from '../../settings/settings.ts';

interface Operation {
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

/** The parts of the document that are used here. */
interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Reads the document and fits it to a server: the paths begin with `basePath`, and operations whose tag is a contract
 * stay only if `contracts` names it. Reading takes a few milliseconds: keep the result.
 */
export function openapiFor(basePath: string, contracts: readonly ContractName[]): object {
  const file = new URL('../../../openapi/openapi.json', import.meta.url);
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  const isServed = (tag: string) => !isContract(tag) || contracts.includes(tag);
  const paths = filtered(document.paths, (_path, operations) =>
    Object.values(operations).every(({ tags }) => tags.every(isServed)),
  );
  return {
    ...document,
    servers: document.servers.map((server) => ({ ...server, url: basePath || server.url })),
    tags: document.tags.filter(({ name }) => isServed(name)),
    paths,
    components: componentsOf(paths, document.components),
  };
}

/** The components that paths refer to, directly or through each other, and the security schemes that they name. */
function componentsOf(paths: Document['paths'], all: Document['components']): Document['components'] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const schemes = operations.flatMap(({ security }) => security.flatMap((names) => Object.keys(names)));
  const used = new Set(schemes.map((name) => `securitySchemes/${name}`));
  const collect = (part: unknown) => {
    for (const [, kind = '', name = ''] of JSON.stringify(part).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      if (used.has(`${kind}/${name}`)) continue;
      used.add(`${kind}/${name}`);
      collect(all[kind]?.[name]);
    }
  };
  collect(paths);
  const kinds = Object.entries(all).map(([kind, components]) => [
    kind,
    filtered(components, (name) => used.has(`${kind}/${name}`)),
  ]);
  return Object.fromEntries(kinds);
}

function filtered<Value>(
  all: Readonly<Record<string, Value>>,
  isKept: (name: string, value: Value) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => isKept(name, value)));
}
