/** The recipes for Nuxt, Astro and React Router: each application is built and used as the page says, in the long run. */

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isFull } from '../../support/length.ts';
import { life, pageAt } from '../support/life.ts';
import { networksIn } from '../support/mounted.ts';
import { followPage } from '../support/page-application.ts';

const recipes = [
  { framework: 'Nuxt', network: '127.0.0.1' },
  { framework: 'Astro', network: '127.0.0.1' },
  { framework: 'React Router', network: 'unknown' },
];

describe.runIf(isFull)('an application that is built as the page says works at the first try', () => {
  test.each(recipes)('$framework', async ({ framework, network }) => {
    const application = await followPage({
      heading: `## ${framework}`,
      modules: 'test/frameworks/recipes',
    });
    // What Nuxt builds is complete: it is carried to the server without the packages beside it.
    if (framework === 'Nuxt')
      renameSync(join(application.folder, 'node_modules'), join(application.folder, 'elsewhere'));
    const server = await application.start();
    await life(server.url);
    expect((await pageAt(server.url, '/auth/session')).status).toBe(401);
    expect(new Set(networksIn(server.database))).toEqual(new Set([network]));
    await server.stop();
  });
});
