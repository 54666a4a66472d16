/** Opens the Gatehouse of an application: once for each database, also if its modules are loaded again. */

import { isDeepStrictEqual } from 'node:util';
import { createGatehouse, type Gatehouse, type GatehouseOptions } from '../gatehouse.ts';
import { readSettings } from '../settings/read-settings.ts';

/** Options for a Gatehouse of the adapter's own, or one that the application opened itself. */
export type Given = GatehouseOptions | Gatehouse | Promise<Gatehouse>;

interface Opened {
  readonly options: GatehouseOptions;
  readonly gatehouse: Promise<Gatehouse>;
}

/** Where a development server that loads modules again finds what it opened before. */
const registry = Symbol.for('gatehouse-auth.opened');

/**
 * The Gatehouse that is given, or one with these options. Without settings they are those of the environment, as for the
 * server. A second one on the same database is the same; with other settings it is opened when the first is closed.
 *
 * @throws {UnusableSettings} (as a rejection) if options or settings cannot be used.
 * @throws {StoreUnusable} (as a rejection) if the database cannot be opened.
 */
export async function opened(given: Given = {}): Promise<Gatehouse> {
  if (given instanceof Promise || 'fetch' in given) return given;
  const options = { ...given, settings: given.settings ?? readSettings(process.env) };
  const all = openedInProcess();
  const name = options.settings.databaseUrl ?? '';
  const earlier = all.get(name);
  if (earlier && isDeepStrictEqual(earlier.options.settings, options.settings)) return earlier.gatehouse;
  const gatehouse = (async () => {
    await (await earlier?.gatehouse.catch(() => undefined))?.close();
    const made = await createGatehouse(options);
    return { ...made, close: () => closed(all, name, gatehouse, made) };
  })();
  all.set(name, { options, gatehouse });
  // A start that failed may be tried again.
  gatehouse.catch(() => forget(all, name, gatehouse));
  return gatehouse;
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
