/** Opens the Gatehouse of an application: once for each database, also if its modules are loaded again. */

import { isDeepStrictEqual } from 'node:util';
import { createGatehouse, type Gatehouse, type GatehouseOptions } from '../gatehouse.ts';
import { optionProblems, settingsOf } from '../library/options.ts';
import { readSettings, UnusableSettings } from '../settings/read-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { checkSettings } from '../settings/validate-settings.ts';

/** Options for a Gatehouse of the adapter's own, or one that the application opened itself. */
export type Given = GatehouseOptions | Gatehouse | Promise<Gatehouse>;

interface Opened {
  readonly settings: Settings;
  /** Those of the last call: a module that was loaded again has hooks of its own. */
  options: GatehouseOptions;
  readonly gatehouse: Promise<Gatehouse>;
}

/** Where a development server that loads modules again finds what it opened before. */
const registry = Symbol.for('gatehouse-auth.opened');

/**
 * The Gatehouse that is given, or one with these options. Without settings they are those of the environment, as for the
 * server. A second one on the same database is the same, and its log and hooks take the place of the first ones; with other
 * settings it is opened when the first is closed.
 *
 * @throws {UnusableSettings} (as a rejection) if options or settings cannot be used.
 * @throws {StoreUnusable} (as a rejection) if the database cannot be opened.
 */
export async function opened(given: Given = {}): Promise<Gatehouse> {
  if (isOpen(given)) return given;
  if (typeof given !== 'object' || given === null)
    throw new UnusableSettings([
      'gatehouse() takes an object of options, such as { settings, log }, or a Gatehouse.',
    ]);
  const options = { ...given };
  const complete = { ...options, settings: options.settings ?? readSettings(process.env) };
  const settings = checkSettings(settingsOf(complete), optionProblems(complete));
  const all = openedInProcess();
  const name = settings.databaseUrl;
  const earlier = all.get(name);
  if (earlier && isDeepStrictEqual(earlier.settings, settings)) {
    earlier.options = options;
    return earlier.gatehouse;
  }
  const entry: Opened = { settings, options, gatehouse: open() };
  const { gatehouse } = entry;
  all.set(name, entry);

  async function open(): Promise<Gatehouse> {
    await (await earlier?.gatehouse.catch(() => undefined))?.close();
    const made = await createGatehouse({ ...options, settings, ...latest(entry) });
    return { ...made, close: () => closed(all, name, gatehouse, made) };
  }
  // A start that failed may be tried again.
  gatehouse.catch(() => forget(all, name, gatehouse));
  return gatehouse;
}

/** Whether the application opened it, and so closes it too. */
export function isOpen(given: unknown): given is Gatehouse | Promise<Gatehouse> {
  const { then, fetch } = (given ?? {}) as { readonly then?: unknown; readonly fetch?: unknown };
  return typeof then === 'function' || typeof fetch === 'function';
}

/** The log and the hooks of the last call, as long as they are there. */
function latest(entry: Opened): GatehouseOptions {
  const { log, onRegistered, onSessionEnded } = entry.options;
  return {
    ...(log && {
      log: {
        info: (about, message) => entry.options.log?.info(about, message),
        error: (about, message) => entry.options.log?.error(about, message),
      },
    }),
    ...(onRegistered && { onRegistered: (user) => entry.options.onRegistered?.(user) }),
    ...(onSessionEnded && { onSessionEnded: (ended) => entry.options.onSessionEnded?.(ended) }),
  };
}

function closed(
  all: Map<string, Opened>,
  name: string,
  gatehouse: Promise<Gatehouse>,
  made: Gatehouse,
): Promise<void> {
  forget(all, name, gatehouse);
  return made.close();
}

function forget(all: Map<string, Opened>, name: string, gatehouse: Promise<Gatehouse>): void {
  if (all.get(name)?.gatehouse === gatehouse) all.delete(name);
}

function openedInProcess(): Map<string, Opened> {
  const shared = globalThis as { [registry]?: Map<string, Opened> };
  shared[registry] ??= new Map();
  return shared[registry];
}
