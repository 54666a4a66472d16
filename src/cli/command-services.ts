/** The context of a command: settings, services over the database, and the operator as the caller. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readSettings } from '../settings/read-settings.ts';
import { databaseFile, isFile, type Settings, standalone } from '../settings/settings.ts';
import type { Store } from '../storage/port/port.ts';
import { type Found, findAccount } from '../usecases/admin/admin-users.ts';
import { localCaller } from '../usecases/local-caller.ts';
import { isRefusal, type Refusal } from '../usecases/refusals.ts';
import type { Caller, Services } from '../usecases/services.ts';
import { CommandError, exitCodes, refusalError } from './exit-codes.ts';

export interface CommandContext {
  readonly settings: Settings;
  readonly services: Services;
  readonly store: Store;
  readonly caller: Caller;
}

/** The settings of the server that runs by itself in the same environment. */
export function environmentSettings(): Settings {
  return standalone(readSettings(process.env));
}

/** The operator as the audit records it. The clock is this machine's, unless the store has one (ruling N4). */
export function operatorCaller(clock: () => number = Date.now): Caller {
  return localCaller('cli', clock());
}

/**
 * Opens the database for a command, and closes it at the end. Only a command with `create` makes a new database: others
 * would report on an empty one if the path was mistyped.
 */
export async function withServices<Result>(
  work: (work: CommandContext) => Promise<Result>,
  missing: 'create' | 'fail' = 'fail',
): Promise<Result> {
  const settings = environmentSettings();
  if (missing === 'fail') assertDatabase(settings);
  // Neither help nor a wrong command line needs it.
  const { openServices } = await import('../open-services.ts');
  const { services, store, close } = await openServices(settings, { info: () => {}, error: () => {} });
  try {
    return await work({ settings, services, store, caller: operatorCaller(store.clock) });
  } finally {
    await close();
  }
}

function assertDatabase(settings: Settings): void {
  if (!isFile(settings)) return;
  const file = resolve(databaseFile(settings));
  if (existsSync(file)) return;
  throw new CommandError(
    exitCodes.unavailable,
    `There is no database at ${file}. Check DATABASE_URL, or start the server once.`,
  );
}

/** The account of a name or an id; the command fails if it does not exist. */
export async function requireAccount(services: Services, name: string): Promise<Found> {
  const found = await findAccount(services, name);
  if (!found) throw new CommandError(exitCodes.notFound, `There is no user ${JSON.stringify(name)}.`);
  return found;
}

/** The id of an account, or of a deleted one that has entries in the audit; `undefined` without a name. */
export async function findAuditedUser(
  { services }: CommandContext,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const found = await findAccount(services, name);
  if (found) return found.id;
  const [entry] = await services.store.audit.read({ userId: name, limit: 1 });
  return entry ? name : (await requireAccount(services, name)).id;
}

/** The result of a use case; the command fails if it is a refusal. */
export function unwrap<Answer extends object>(outcome: Answer | Refusal): Answer {
  if (isRefusal(outcome)) throw refusalError(outcome);
  return outcome;
}
