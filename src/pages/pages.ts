/** The pages for people with a browser, and the files that they load. */

import type { Contract } from '../http/contract.ts';
import { problem } from '../http/refusals/problem.ts';
import { siteWords } from '../http/refusals/refusal-words.ts';
import type { ContractName } from '../settings/settings.ts';
import { frontPage } from './front-page.ts';
import { fileRoutes } from './page-files.ts';
import { referenceRoutes } from './reference.ts';

/** Owns its routes and no other path. The OpenAPI document is for programs and does not list them. */
export function pages(ready: () => Promise<void>, contracts: readonly ContractName[]): Contract {
  return {
    name: 'pages',
    owns: () => false,
    words: siteWords,
    error: problem,
    routes: [frontPage(ready, contracts), ...referenceRoutes, ...fileRoutes],
  };
}
