/** The laws of the house hold for every file, and the checks that say so are able to say otherwise. */

import { expect, test } from 'vitest';
import { looks } from '../support/file-looks.ts';
import { importsOf, lawOne, type Source, unneededExceptions } from '../support/house.ts';
import { everything, programs, sources } from '../support/repository.ts';

/** What every store has to pass. */
const suite = programs.filter(({ path }) => path.startsWith('test/storage/conformance'));

const source = (path: string, ...lines: string[]): Source => ({ path, text: lines.join('\n') });
const importing = (path: string, ...specifiers: string[]) =>
  source(path, ...specifiers.map((specifier) => `import { a } from '${specifier}';`));

test('every room has files to check', () => {
  for (const room of [
    'http',
    'usecases',
    'concepts',
    'crypto',
    'storage',
    'storage/sqlite',
    'mail',
    'messages',
    'server',
    'settings',
  ]) {
    const files = sources.filter(({ path }) => path.startsWith(`src/${room}/`));
    expect(files.length, room).toBeGreaterThan(2);
    expect(files.flatMap(importsOf).length, room).toBeGreaterThan(2);
  }
  for (const folder of ['test', 'scripts', 'bin']) {
    expect(programs.some(({ path }) => path.startsWith(`${folder}/`))).toBe(true);
  }
});

test('law 1: imports only go down', () => {
  expect(suite.length).toBeGreaterThan(10);
  expect(lawOne([...sources, ...suite])).toEqual([]);
});

test('every exception to law 1 is needed, and every step of the stairs is there', () => {
  expect(unneededExceptions(sources)).toEqual([]);
});

test('an exception that is not needed any more is seen, and a step that is gone', () => {
  const without = (path: string) => sources.filter((source) => source.path !== path);
  const toldOf = (path: string) => unneededExceptions(without(path)).join();
  expect(toldOf('src/version.ts')).toBe('src/version.ts is not there');
  expect(toldOf('src/settings/read-settings.ts')).toBe('src/settings/read-settings.ts is not there');
  expect(toldOf('src/maintenance/migrate.ts')).toBe('src/maintenance/migrate.ts opens no engine');
  expect(toldOf('src/http/routes/representations.ts')).toBe(
    'src/http/routes/representations.ts is not shared by routes',
  );
});

test('every file has a descriptive name, a bounded length, and a first sentence', () => {
  expect(programs.flatMap(looks)).toEqual([]);
});

test('no file names a place on the machine it was written on, or a host that packages come from', () => {
  const place = new RegExp(`(?<![\\w./-])/(?:${['work', 'root', 'Users'].join('|')})/`);
  const host = new RegExp(`\\b${'registry'}\\.[a-z0-9-]+\\.[a-z]{2,}\\b|"${'resolved'}": "http`);
  const named = (pattern: RegExp) =>
    everything.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
  expect(everything.length).toBeGreaterThan(100);
  expect(named(place)).toEqual([]);
  expect(named(host)).toEqual([]);
  for (const example of ['work', 'root'].map((folder) => `see '/${folder}/x'`))
    expect(place.test(example)).toBe(true);
  expect(place.test('https://example.com/work/x')).toBe(false);
  for (const example of [`https://${'registry'}.example.org/x`, `"${'resolved'}": "https://x"`]) {
    expect(host.test(example)).toBe(true);
  }
});

test('every way of importing is seen', () => {
  const seen = importsOf(
    source(
      'src/a.ts',
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      'import {',
      '  c,',
      "  type C } from './c.ts';",
      "import './d.ts';",
      "export * from './e.ts';",
      "export { f } from './f.ts';",
      "const g = await import('./g.ts');",
      'import * as h from "./h.ts";',
    ),
  );
  expect(seen.toSorted()).toEqual([...'abcdefgh'].map((name) => `./${name}.ts`));
});

test.each([
  ['up', 'src/concepts/accounts.ts', '../usecases/services.ts'],
  ['up, from the bottom', 'src/version.ts', './settings/settings.ts'],
  ['up, from the messages', 'src/messages/messages.ts', '../storage/port/port.ts'],
  ['up inside a room, from a language to the catalogue', 'src/messages/languages/de.ts', '../messages.ts'],
  ['up inside a room, from a part of a language', 'src/messages/languages/de/mails.ts', '../de.ts'],
  ['up, to the root', 'src/http/handler.ts', '../gatehouse.ts'],
  ['up, to the front door', 'src/server/main.ts', '../index.ts'],
  ['between concepts', 'src/concepts/throttle.ts', './accounts.ts'],
  ['between concepts, into a folder', 'src/concepts/throttle.ts', './passwords/common-passwords.ts'],
  ['between concepts, out of a folder', 'src/concepts/passwords/passwords.ts', '../audit.ts'],
  ['between contracts', 'src/http/contracts/envelope.ts', './rest.ts'],
  [
    'between a contract and the routes of a person',
    'src/http/contracts/rest.ts',
    '../routes/own-sessions.ts',
  ],
  ['between the routes of a person', 'src/http/routes/own-account.ts', './own-sessions.ts'],
  ['between the contracts and the mails', 'src/mail/message-texts.ts', '../http/refusals/refusal-words.ts'],
  ['between the mails and the contracts', 'src/http/routes/own-email.ts', '../../mail/message-texts.ts'],
  ['up, from the mails', 'src/mail/queue-sender.ts', '../gatehouse.ts'],
  ['up, from the settings', 'src/settings/warnings.ts', '../mail/message-texts.ts'],
  ['up, from the check of the settings', 'src/settings/validate-settings.ts', '../gatehouse.ts'],
  ['between crypto and storage', 'src/crypto/ids.ts', '../storage/port/port.ts'],
  ['between storage and crypto', 'src/storage/sqlite/store.ts', '../../crypto/ids.ts'],
  ['between the process and the commands', 'src/cli/main.ts', '../server/log.ts'],
  ['between engines', 'src/storage/postgres/store.ts', '../sqlite/connection/reader.ts'],
  ['from the port to an engine', 'src/storage/port/port.ts', '../sqlite/store.ts'],
  ['from what engines share to an engine', 'src/storage/shared/audit-chain.ts', '../sqlite/store.ts'],
  ['from the suite to an engine', 'test/storage/conformance/case.ts', '../../../src/storage/sqlite/store.ts'],
  ['from the suite to a concept', 'test/storage/conformance/case.ts', '../../../src/concepts/audit.ts'],
  ['from the suite to what tests share', 'test/storage/conformance/case.ts', '../../support/sqlite.ts'],
  ['from a store to the suite', 'src/storage/sqlite/store.ts', '../../../test/storage/conformance/case.ts'],
  ['past the port', 'src/usecases/login.ts', '../storage/sqlite/store.ts'],
  ['past the port, from the front of the house', 'src/gatehouse.ts', './storage/sqlite/store.ts'],
  ['past the port, from the mails', 'src/mail/queue-sender.ts', '../storage/sqlite/mails.ts'],
  ['past the port, from the process', 'src/server/main.ts', '../storage/sqlite/store.ts'],
  ['up, from the metrics', 'src/metrics/metrics.ts', '../gatehouse.ts'],
  ['up inside a room, from the request to a route', 'src/http/request/body.ts', '../routes/health.ts'],
  ['up inside a room, from a route to the handler', 'src/http/routes/health.ts', '../handler.ts'],
  [
    'up inside a room, to what operators do',
    'src/usecases/account/own-account.ts',
    '../admin/admin-users.ts',
  ],
  [
    'up inside a room, from an option to the reader',
    'src/settings/options/listen-options.ts',
    '../read-settings.ts',
  ],
  ['from the server to the client', 'src/http/handler.ts', '../client/index.ts'],
  ['from the client to the server', 'src/client/index.ts', '../version.ts'],
  ['out of the house', 'src/http/handler.ts', '../support/server.ts'],
  ['into no room', 'src/http/handler.ts', '../helpers.ts'],
])('a violation of law 1 is found: %s', (_way, path, specifier) => {
  expect(lawOne([importing(path, specifier)])).toHaveLength(1);
});

test('law 1 allows the way down', () => {
  const legal = [
    importing('src/index.ts', './gatehouse.ts', './settings/settings.ts', './http/request-context.ts'),
    importing('src/gatehouse.ts', './open-services.ts', './http/contracts/rest.ts', './mail/queue-sender.ts'),
    importing('src/open-services.ts', './storage/sqlite/store.ts', './usecases/services.ts'),
    importing('src/mail/queue-sender.ts', '../concepts/mails.ts', '../settings/settings.ts', './message.ts'),
    importing('src/settings/option-table.ts', './settings.ts', './options/listen-options.ts'),
    importing('src/settings/read-settings.ts', './settings.ts', './option-table.ts', './did-you-mean.ts'),
    importing('src/http/contracts/dotjson.ts', '../../settings/time-zone.ts', '../request/session-id.ts'),
    importing('src/http/routes/own-account.ts', './signed-in.ts', './representations.ts'),
    importing('src/server/main.ts', '../gatehouse.ts', '../storage/port/port.ts', './log.ts'),
    importing(
      'src/http/contracts/rest.ts',
      '../../usecases/login.ts',
      '../refusals/refusal-words.ts',
      'hono',
    ),
    importing('src/concepts/passwords/passwords.ts', './common-passwords.ts', '../../crypto/phc.ts'),
    importing('src/storage/sqlite/store.ts', '../port/port.ts', './connection/reader.ts', 'node:sqlite'),
    importing('src/storage/postgres/metrics.ts', '../shared/histogram.ts'),
    importing(
      'src/metrics/metrics.ts',
      '../http/response-counters.ts',
      '../mail/queue-sender.ts',
      '../version.ts',
    ),
  ];
  expect(lawOne(legal)).toEqual([]);
});

const good = '/** Says what it is for. */\n';

test.each([
  ['no sentence', 'src/a.ts', 'export {};\n'],
  ['a sentence that does not end', 'src/a.ts', '/** Says what it is for */\n'],
  ['two sentences', 'src/a.ts', '/** Says what it is for. And more. */\n'],
  ['a comment that is no documentation', 'src/a.ts', '// Says what it is for.\n'],
  ['a sentence that does not come first', 'src/a.ts', `import 'x';\n${good}`],
  ['251 lines', 'src/a.ts', `${good}${'x\n'.repeat(250)}`],
  ['a folder of helpers', 'src/helpers/a.ts', good],
  ['a file of utilities', 'src/utils.ts', good],
  ['a common folder', 'src/common/a.ts', good],
  ['an implementation', 'src/storeImpl.ts', good],
  ['a service', 'src/login.service.ts', good],
  ['capitals', 'src/Login.ts', good],
])('a file is refused for %s', (_flaw, path, text) => {
  expect(looks({ path, text }).length).toBeGreaterThan(0);
});

test('250 lines, one sentence and one noun are accepted', () => {
  const legal = [
    { path: 'src/concepts/passwords/common-passwords.ts', text: `${good}${'x\n'.repeat(249)}` },
    {
      path: 'src/a.ts',
      text: '/**\n * Says what it is for,\n * at length.\n *\n * And more. Much more.\n */\n',
    },
    { path: 'test/storage/sqlite.test.ts', text: good },
    { path: 'scripts/run.js', text: '// Says what it is for.\n// And more.\n' },
    { path: 'bin/gatehouse.js', text: '#!/usr/bin/env node\n// Says what it is for.\n' },
  ];
  expect(legal.flatMap(looks)).toEqual([]);
});
