/** How the tests are run: real servers and real hashes take a while, so the limits are generous. */

import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { filesOfFullForm, fullFormOnly, onPostgres } from './test/support/test-forms.js';

const isFull = process.env['TEST_LENGTH'] === 'full';
/** A file that somebody names is run, whatever its form. */
const isNamed = process.env['TEST_FILES'] === 'named';
const notNow = isFull || isNamed ? [] : fullFormOnly;
const inFullForm = isFull ? filesOfFullForm() : [];

/** The files of a folder, or of a list of them, that run in this form. */
const files = (folder: string, ...patterns: string[]) =>
  isFull ? inFullForm.filter((file) => file.startsWith(folder)) : patterns;

const faults = 'test/faults/*.test.ts';
const soak = 'test/soak/*.test.ts';
const frameworks = 'test/frameworks/**/*.test.ts';
// A pooler makes connections for each case, within the time limits of the store.
const pooler = 'test/storage/postgres/pooler.test.ts';
const alone = 'test/server/{flood,slow}.test.ts';
// A browser draws its pages by itself, on all cores: nothing that is held to a time runs beside it.
const browser = 'test/browser/*.test.ts';

/** What can run on either engine: `TEST_STORE=postgres npm test -- http` runs this on PostgreSQL, and nothing else. */
const either = [
  'test/{mail,usecases,http,pages}/*.test.ts',
  'test/concepts/audit.test.ts',
  'test/library/*.test.ts',
  'test/conformance/deployments/one-server.test.ts',
];

/** The part of it that is run on SQLite and then on PostgreSQL. */
const both = [...(isFull ? [] : onPostgres.always), ...(isFull || isNamed ? onPostgres.inFullForm : [])];

const isPostgresAlone = process.env['TEST_STORE'] === 'postgres';

export default defineConfig({
  test: {
    // Starts nothing by itself: PostgreSQL is there once a test asks for it, and gone when the run ends.
    globalSetup: ['test/support/postgres/run.ts'],
    // Half of a test is waiting: for a process, for a server, for a window to end. Four keep two cores busy.
    maxWorkers: isFull ? 3 : 4,
    sequence: { sequencer: LongestFirst },
    // A full form does more, and a busy machine takes its time.
    testTimeout: isFull ? 180_000 : 120_000,
    hookTimeout: 60_000,
    // What is waited for comes at once on a machine of one's own, and late on a busy one.
    expect: { poll: { timeout: 10_000 } },
    // Threads would share process-wide things that some tests break on purpose.
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'postgres',
          isolate: false,
          include: isPostgresAlone ? either : both,
          env: { TEST_STORE: 'postgres' },
        },
      },
      ...(isPostgresAlone
        ? []
        : [
            {
              extends: true,
              test: {
                name: 'tests',
                // To load the sources and the libraries again for each file takes a tenth of all time.
                isolate: false,
                include: files('test/', 'test/**/*.test.ts'),
                exclude: [
                  ...configDefaults.exclude,
                  ...notNow,
                  faults,
                  pooler,
                  alone,
                  soak,
                  frameworks,
                  browser,
                ],
              },
            },
            {
              // Frameworks replace what is global, such as Request, so each file has a process of its own.
              extends: true,
              test: {
                name: 'frameworks',
                include: files('test/frameworks/', frameworks),
                exclude: [...configDefaults.exclude, ...notNow],
                globalSetup: ['test/support/postgres/run.ts', 'test/frameworks/support/packed.ts'],
                // The package is built, which another test does, too.
                sequence: { groupOrder: 4 },
              },
            },
            {
              extends: true,
              test: {
                name: 'browser',
                isolate: false,
                include: files('test/browser/', browser),
                exclude: [...configDefaults.exclude, ...notNow],
                sequence: { groupOrder: 5 },
              },
            },
            {
              // They hold the nodes to times that were promised, so they have the machine for themselves; mostly they wait.
              extends: true,
              test: {
                name: 'faults',
                include: [faults, pooler],
                exclude: [...configDefaults.exclude, ...notNow],
                maxWorkers: 2,
                sequence: { groupOrder: 1 },
                testTimeout: 120_000,
              },
            },
            {
              // It takes all cores and holds the server to times, so nothing runs beside it.
              extends: true,
              test: {
                name: 'alone',
                include: files('test/server/flood', alone).concat(files('test/server/slow')),
                maxWorkers: 1,
                sequence: { groupOrder: 2 },
              },
            },
            ...(isFull
              ? [
                  {
                    // It measures, so it runs alone.
                    extends: true as const,
                    test: {
                      name: 'soak',
                      include: [soak],
                      maxWorkers: 1,
                      sequence: { groupOrder: 3 },
                      testTimeout: 900_000,
                    },
                  },
                ]
              : []),
          ]),
    ],
  },
});
