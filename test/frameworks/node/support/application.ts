/** The application that each framework builds for the shared tests, and the servers around it. */

import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Given } from '../../../../src/adapters/opened.ts';
import type { GatehouseOptions } from '../../../../src/gatehouse.ts';
import { readSettings } from '../../../../src/settings/read-settings.ts';
import type { Reported } from '../../../support/server.ts';
import { temporaryFolder } from '../../../support/server.ts';

/** How the application is put together around Gatehouse. */
export interface Setup {
  /** What happens to bodies before Gatehouse: a parser reads and keeps them, or something reads and drops them. */
  readonly bodies?: 'parsed' | 'read';
  /** The path under which Gatehouse is mounted. */
  readonly prefix?: string;
  /** A layer before Gatehouse that answers cross-origin requests and sets a cookie and a header. */
  readonly layers?: boolean;
}

/** A running application. */
export interface Application {
  readonly url: string;
  /** What its error handler was told. */
  readonly errors: unknown[];
  /** Stops the server, then Gatehouse. */
  close(): Promise<void>;
  /** Closes Gatehouse only, as if its store were away. */
  breakStore(): Promise<void>;
}

/**
 * Starts an application with these routes, each guarded by what its name says:
 *
 * - `/profile`: a JSON object with the address of the person, for signed-in people.
 * - `/page`: a page for signed-in people; others are sent to `/sign-in?from=app`.
 * - `/boom`: an error behind the guard.
 * - `/auth/vault`: `own`, a path of the application beside those of Gatehouse, without a guard.
 * - `/who`: the status of the session, without a guard.
 */
export type StartApplication = (given: Given, setup?: Setup) => Promise<Application>;

export const person = { email: 'user@example.com', password: 'strongpassword' };

/** Options for a Gatehouse with a database of its own and cheap hashes, and what it logs. */
export function optionsFor(environment: Readonly<Record<string, string>> = {}) {
  const log: Reported[] = [];
  const report = (level: Reported['level']) => (entry: object, message: string) =>
    void log.push({ level, entry: { ...entry }, message });
  const settings = readSettings({
    DATABASE_URL: `file:${temporaryFolder()}/gatehouse.db`,
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    ...environment,
  });
  const options: GatehouseOptions = { settings, log: { info: report('info'), error: report('error') } };
  return { ...options, settings, lines: log, options };
}

/** Serves a listener on a port of its own until the test ends. */
export async function served(listener: RequestListener, closeGatehouse: () => Promise<void>) {
  return around(createServer(listener).listen(0, '127.0.0.1'), closeGatehouse);
}

/** The address of a server, and how it is stopped. */
export async function around(server: Server, closeGatehouse: () => Promise<void>) {
  if (!server.listening) await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await closeGatehouse();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
