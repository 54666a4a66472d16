/** The application of a framework, built and started once for a file of tests. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { life } from './life.ts';
import { followPage, type PageApplication, type Recipe, type Running } from './page-application.ts';

export interface Served {
  readonly application: PageApplication;
  readonly server: Running;
  /** Whether the build has opened a database, which it must not. */
  readonly hasOpenedInBuild: boolean;
}

/** Builds it before the first test, and tests a whole life of an account. What it returns is there inside of tests. */
export function servedOnce(recipe: Recipe): Served {
  const cleaning: (() => Promise<void> | void)[] = [];
  const served = {} as { -readonly [Part in keyof Served]: Served[Part] };

  beforeAll(async () => {
    const atEnd = (clean: () => Promise<void> | void) => void cleaning.unshift(clean);
    served.application = await followPage(recipe, atEnd);
    served.hasOpenedInBuild = existsSync(join(served.application.folder, 'data'));
    served.server = await served.application.start({ atEnd });
  }, 240_000);

  afterAll(async () => {
    for (const clean of cleaning) await clean();
  });

  test('the application of the page registers, shows its page and logs out, and sends others to sign in', () =>
    life(served.server.url));

  return served;
}
