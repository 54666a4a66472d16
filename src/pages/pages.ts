/** The pages for people with a browser, and the files that they load. */

import type { Contract } from '../http/contract.ts';
import { problem } from '../http/refusals/problem.ts';
import { siteWords } from '../http/refusals/refusal-words.ts';
import type { Settings } from '../settings/settings.ts';
import { PasskeyScript } from './factors/passkey-script.ts';
import { pageGroup } from './page-group.ts';
import { frontRoutes, peopleRoutes } from './page-routes.ts';
import { pageWords } from './page-words.ts';
import { type Brand, readBrand } from './parts/brand.ts';
import { fragmentScript } from './parts/fragment-script.ts';
import { pageFile } from './parts/page-files.ts';
import type { PageServices } from './parts/view.ts';

/** Unknown paths that get a page: at most as deep as those that are known, because the way back grows with the depth. */
const belowAccount = /^\/account\/[^/]*(?:\/[^/]*)?$/;

/** What the pages are made from. */
interface PageOptions
  extends Pick<PageServices, 'services' | 'exports' | 'cookies' | 'forwardCookie' | 'targets'> {
  readonly settings: Settings;
  /** The question of `/readyz`. */
  readonly ready: () => Promise<void>;
}

/**
 * The groups of pages that the settings switch on, each with its routes and no other path. The OpenAPI document is for
 * programs and lists none of them.
 *
 * @throws {UnusableSettings} if a file of the settings cannot be used.
 */
export function pages(options: PageOptions): Contract[] {
  const { settings } = options;
  const isFront = settings.frontPage === 'on';
  if (!isFront && !settings.pages) return [];
  const brand = readBrand(settings);
  const people = settings.pages ? [forPeople(options, brand)] : [];
  const front = isFront ? [forOperators(options, brand)] : [];
  const [first, ...others] = [...people, ...front];
  // The files belong to the first group.
  return first ? [{ ...first, routes: [...first.routes, ...brand.routes] }, ...others] : [];
}

/** `/` and `/reference`. */
function forOperators({ settings, ready }: PageOptions, brand: Brand): Contract {
  return pageGroup({
    name: 'front',
    owns: () => false,
    words: siteWords,
    table: frontRoutes,
    files: [],
    load: async () => {
      const [{ frontPage }, { referenceRoutes }] = await Promise.all([
        import('./front-page.ts'),
        import('./reference.ts'),
      ]);
      return { routes: [frontPage(ready, settings, brand), ...referenceRoutes(brand)], error: problem };
    },
  });
}

/** The pages on which people sign in and look after their account. */
function forPeople({ settings, ready: _, ...shared }: PageOptions, brand: Brand): Contract {
  const passkeyScript = new PasskeyScript();
  const script = pageFile('fragment', 'js', 'text/javascript; charset=utf-8', fragmentScript);
  return pageGroup({
    name: 'pages',
    hasCookies: true,
    owns: (path) => belowAccount.test(path),
    words: pageWords,
    table: peopleRoutes,
    files: [script.route, passkeyScript.route],
    load: async () => {
      const { people } = await import('./people.ts');
      return people(settings, { ...shared, brand, script: script.path, passkeyScript });
    },
  });
}
