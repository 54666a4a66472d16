/** Gatehouse inside a test's process, as an application embeds it, on the engine of the project. */

import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createGatehouse, type Gatehouse, type GatehouseOptions } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { settingsFor } from './engine-settings.ts';
import { temporaryFolder } from './server.ts';

/** What the application's log received. */
export interface EmbeddedLog {
  readonly info: [entry: object, message: string][];
  readonly error: [entry: object, message: string][];
}

export interface Embedded extends Gatehouse {
  readonly log: EmbeddedLog;
  /** Sends a JSON body, and resolves to the status, the body, and the session cookie if one was set. */
  post(path: string, body: object, headers?: Record<string, string>): Promise<PostAnswer>;
}

export interface PostAnswer {
  readonly status: number;
  readonly json: Record<string, unknown>;
  readonly cookie: string | undefined;
}

/** Opens it with cheap hashes; it is closed at the end of the test. */
export async function embedded(
  environment: Readonly<Record<string, string>> = {},
  options: Omit<GatehouseOptions, 'settings'> = {},
): Promise<Embedded> {
  const log: EmbeddedLog = { info: [], error: [] };
  const file = `${temporaryFolder()}/${randomUUID()}.db`;
  const gatehouse = await createGatehouse({
    settings: readSettings({
      ...(await settingsFor(file, onTestFinished)),
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
      ...environment,
    }),
    log: {
      info: (entry, message) => log.info.push([entry, message]),
      error: (entry, message) => log.error.push([entry, message]),
    },
    ...options,
  });
  onTestFinished(() => gatehouse.close());
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await gatehouse.fetch(
      new Request(`http://localhost${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    );
    const text = await response.text();
    const cookies = response.headers.getSetCookie().find((line) => line.startsWith('session_id='));
    return {
      status: response.status,
      json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      cookie: cookies?.slice(0, cookies.indexOf(';')),
    };
  };
  return { ...gatehouse, log, post };
}
