/** A group of pages whose files are loaded with its first request, so that a server starts without them. */

import type { Contract, Route } from '../http/contract.ts';
import { problem } from '../http/refusals/problem.ts';
import type { PageRoute } from './page-routes.ts';

/** What answers a group, once it is loaded. */
export interface PageAnswers {
  readonly routes: readonly Route[];
  readonly error: Contract['error'];
}

/** The parts of a group that are there from the start; `files` are routes with an answer of their own. */
interface PageGroup extends Pick<Contract, 'name' | 'hasCookies' | 'owns' | 'words'> {
  readonly table: readonly PageRoute[];
  readonly files: readonly Route[];
  readonly load: () => Promise<PageAnswers>;
}

/** If the files cannot be loaded, the request fails, and the next one tries again. */
export function pageGroup({ table, files, load, ...parts }: PageGroup): Contract {
  let loaded: PageAnswers | undefined;
  let loading: Promise<void> | undefined;
  const begin = async () => {
    try {
      loaded = await load();
    } finally {
      loading = undefined;
    }
  };
  const whenLoaded = () => {
    if (loaded) return undefined;
    loading ??= begin();
    return loading;
  };
  const routes = table.map((route): Route => {
    let found: Route | undefined;
    const answer: Route['answer'] = (context) => {
      found ??= loaded?.routes.find(({ method, path }) => method === route.method && path === route.path);
      if (!found) throw new Error(`The page ${route.path} has no answer.`);
      return found.answer(context);
    };
    return { ...route, answer: (context) => whenLoaded()?.then(() => answer(context)) ?? answer(context) };
  });
  return {
    ...parts,
    routes: [...routes, ...files],
    // An error that is thrown before they are loaded, such as that they cannot be, has the shape that programs get.
    error: (refusal) => (loaded?.error ?? problem)(refusal),
    load: whenLoaded,
  };
}
