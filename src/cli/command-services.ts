/** What a command works with: the settings of the environment, the services over the database, and who is asking. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { newUuid } from '../crypto/ids.ts';
import { databaseFile, isFile, openServices } from '../open-services.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { type Found, findAccount } from '../usecases/admin/admin-users.ts';
import { type Caller, isRefusal, type Refusal, type Services } from '../usecases/services.ts';
import { exits, Failure, failureOf } from './exit-codes.ts';

export interface Work {
  readonly settings: Settings;
  readonly services: Services;
  readonly caller: Caller;
}

/** The settings of the environment. */
export function settingsOfEnvironment(): Settings {
  return readSettings(process.env);
}

/** Who asks, as the audit will show it; the clock is this machine's unless the store has one (ruling N4). */
export function operator(clock: () => number = Date.now): Caller {
  return {
    contract: 'cli',
    network: 'local',
    device: '',
    deviceIds: undefined,
    requestId: newUuid(),
    now: clock(),
  };
}

/**
 * Opens the database for a command, and closes it whatever happens. Only a command that may `create` one does: others
 * would answer about an empty database where a path was mistyped.
 */
export async function withServices<Result>(
  work: (work: Work) => Promise<Result>,
  may: 'create' | 'look' = 'look',
): Promise<Result> {
  const settings = settingsOfEnvironment();
  if (may === 'look') assertDatabase(settings);
  const { services, store, close } = await openServices(settings, { info: () => {}, error: () => {} });
  try {
    return await work({ settings, services, caller: operator(store.clock) });
  } finally {
    await close();
  }
}

function assertDatabase(settings: Settings): void {
  if (!isFile(settings)) return;
  const file = resolve(databaseFile(settings));
  if (existsSync(file)) return;
  throw new Failure(
    exits.unavailable,
    `There is no database at ${file}. Check DATABASE_URL, or start the server once.`,
  );
}

/** The account of a name or an id. */
export async function accountOf(services: Services, name: string): Promise<Found> {
  const found = await findAccount(services, name);
  if (!found) throw new Failure(exits.notFound, `There is no user ${JSON.stringify(name)}.`);
  return found;
}

/** The answer, where it is not a refusal. */
export function granted<Answer extends object>(outcome: Answer | Refusal): Answer {
  if (isRefusal(outcome)) throw failureOf(outcome);
  return outcome;
}
