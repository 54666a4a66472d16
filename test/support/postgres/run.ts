/** What a test run sets up before the first test and clears away after the last: a door, and nothing behind it yet. */

import type { TestProject } from 'vitest/node';
import { type Door, openDoor } from './door.ts';
import { clearHome } from './home.ts';
import { makeMigrated, openShared, type SharedAddress, sharedAt } from './shared.ts';
import { makeTemplate, type Template } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresDoor: Door;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let template: Promise<Template> | undefined;
  const templateOnce = () => {
    template ??= makeTemplate();
    return template;
  };
  let server: Promise<SharedAddress> | undefined;
  const serverOnce = () => {
    server ??= templateOnce().then(openShared);
    return server;
  };
  const door = await openDoor({
    // Loaded when asked for: a run that starts no process needs no bundler.
    program: async () => (await import('../bundle.ts')).bundleProgram(),
    template: templateOnce,
    server: serverOnce,
    migrated: async () => makeMigrated(sharedAt(await serverOnce())),
  });
  project.provide('postgresDoor', { port: door.port, word: door.word });
  return async () => {
    door.close();
    await clearHome();
  };
}
