/** The server: settings from the environment, then one process that does everything, or workers that share the port. */

import { environmentRemarks } from '../settings/environment-remarks.ts';
import { readSettings } from '../settings/read-settings.ts';
import { createLog } from './log.ts';
import { exitWithError, ignoreHangup, printToStderr, reportErrors } from './process-lifecycle.ts';

const log = createLog();
reportErrors(log);
ignoreHangup(log);
try {
  // Compose writes `TZ=${TZ}` where there is none. The runtime takes that for a zone it does not know; without the
  // variable it takes the machine's, and so do workers.
  if (process.env['TZ']?.trim() === '') delete process.env['TZ'];
  const settings = readSettings(process.env);
  for (const { level, text } of environmentRemarks(process.env)) {
    log[level](text);
    if (level === 'warn') printToStderr(`Warning: ${text}`);
  }
  // Each loads only what it needs.
  const { start } =
    settings.workers === 1 ? await import('./single-process.ts') : await import('./supervisor.ts');
  await start(settings, log);
} catch (error) {
  exitWithError(error);
}
