/** A real Gatehouse on a port of its own, over a database of its own, inside the test's process. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createGatehouse, type Log } from '../../src/gatehouse.ts';
import { ClientErrors } from '../../src/server/client-errors.ts';
import { listen } from '../../src/server/listen.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { hstsOf, type Settings } from '../../src/settings/settings.ts';
import { type Answer, type Asked, post, send } from './client.ts';
import { settingsFor } from './engine-settings.ts';

/** What the server reported, in order. */
export interface Reported {
  readonly level: 'info' | 'error';
  readonly entry: Record<string, unknown>;
  readonly message: string;
}

export interface TestServer {
  readonly url: string;
  /** The path of the SQLite file, or of the one that a PostgreSQL database stands for. */
  readonly file: string;
  /** The address of the database. */
  readonly database: string;
  readonly log: readonly Reported[];
  /** Moves the server's clock forward; until the first call it is the real one. */
  advance(ms: number): void;
  /** Stops the server's clock at an instant, in epoch milliseconds; from then on only `advance` moves it. */
  freeze(epochMs: number): void;
  send(asked: Asked): Promise<Answer>;
  /** POSTs a JSON body. */
  post(path: string, body: unknown, headers?: Asked['headers']): Promise<Answer>;
  /** Stops the server; a test that does not call it has it called at its end. */
  stop(): Promise<void>;
}

/** Who cleans up, and when: by default the end of the test. */
type AtEnd = (clean: () => void | Promise<void>) => void;

/** A folder of its own for a test, removed at its end. */
export function temporaryFolder(atEnd: AtEnd = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'));
  // What a process that has just ended left behind may still be written to.
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/**
 * Starts a server, by default with cheap hashes, over the file of an earlier one if there is one.
 * `environment` is read like the real one.
 */
export async function startServer(
  environment: Readonly<Record<string, string>> = {},
  existing?: string,
  atEnd: AtEnd = onTestFinished,
): Promise<TestServer> {
  const file = existing ?? join(temporaryFolder(atEnd), 'gatehouse.db');
  const settings: Settings = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    ...(await settingsFor(file, atEnd)),
    GATEHOUSE_MAIL_OUTBOX: join(dirname(file), 'outbox'),
    ...environment,
  });
  const log: Reported[] = [];
  let ahead = 0;
  let now = Date.now;
  const gatehouse = await createGatehouse({ settings, log: logInto(log), clock: () => now() + ahead });
  const server = await listen(gatehouse.listener, settings, new ClientErrors(hstsOf(settings)));
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await server.drain();
    await gatehouse.close();
  };
  atEnd(stop);
  return {
    url: server.url,
    file,
    database: settings.databaseUrl,
    log,
    advance: (ms) => {
      ahead += ms;
    },
    freeze: (epochMs) => {
      now = () => epochMs;
      ahead = 0;
    },
    send: (asked) => send(server.url, asked, settings.contracts),
    post: (path, body, headers) => post(server.url, path, body, headers, settings.contracts),
    stop,
  };
}

/**
 * One server for all tests of a file, for tests that leave it as they found it. Call it at the top of the file and
 * what it returns inside the tests. `prepare` is run once.
 */
export function sharedServer(
  environment: Readonly<Record<string, string>> = {},
  prepare: (server: TestServer) => Promise<void> = async () => {},
): () => TestServer {
  const cleaning: (() => void | Promise<void>)[] = [];
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer(environment, undefined, (clean) => void cleaning.unshift(clean));
    await prepare(server);
  });
  afterAll(async () => {
    for (const clean of cleaning) await clean();
  });
  return () => {
    if (!server) throw new Error('The server is there only while the tests run.');
    return server;
  };
}

function logInto(log: Reported[]): Log {
  const at = (level: Reported['level']) => (entry: object, message: string) =>
    void log.push({ level, entry: entry as Record<string, unknown>, message });
  return { info: at('info'), error: at('error') };
}
