/** The routes for machines: alive, ready (ruling B2), and the OpenAPI document; and the answers for unknown paths. */

import { allContracts, type ContractName } from '../../settings/settings.ts';
import type { Contract } from '../contract.ts';
import { problem } from '../refusals/problem.ts';
import { siteWords } from '../refusals/refusal-words.ts';
import { openapiFor } from './openapi-document.ts';

/**
 * Owns every path that no other contract owns; describes the routes of `contracts` and those of no contract. From the abort
 * of `stopping` on it is not ready.
 */
export function site(
  ready: () => Promise<void>,
  basePath: string,
  contracts: readonly ContractName[] = allContracts,
  stopping?: AbortSignal,
): Contract {
  let document: string | undefined;
  return {
    name: 'site',
    owns: () => true,
    words: siteWords,
    error: problem,
    routes: [
      {
        method: 'GET',
        path: '/healthz',
        isAtRoot: true,
        answer: () => ({ status: 200, body: { status: 'alive' } }),
      },
      {
        method: 'GET',
        path: '/readyz',
        isAtRoot: true,
        async answer() {
          // Not an error: nothing is logged, and nothing is asked of the store.
          if (stopping?.aborted) return { refused: 'unavailable', retryAfterSeconds: 1 };
          await ready();
          return { status: 200, body: { status: 'ready' } };
        },
      },
      {
        method: 'GET',
        path: '/openapi.json',
        answer: () => {
          document ??= JSON.stringify(openapiFor(basePath, contracts));
          return { status: 200, body: document };
        },
      },
    ],
  };
}
