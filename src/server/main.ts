/** The server: settings from the environment, then one process that does everything, or workers that share the port. */

import { readSettings } from '../settings.ts';
import { createLog } from './log.ts';
import { giveUp, surviveEverything } from './process.ts';

const log = createLog();
surviveEverything(log);
try {
  const settings = readSettings(process.env);
  // Whoever is alone needs no supervisor, and a supervisor needs nothing of what its workers do.
  const { start } = settings.workers === 1 ? await import('./alone.ts') : await import('./supervisor.ts');
  await start(settings, log);
} catch (error) {
  giveUp(error);
}
