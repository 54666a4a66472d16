/** The server: reads the settings from the environment, then starts one process, or workers that share the port. */

import { environmentRemarks } from '../settings/environment/environment-remarks.ts';
import { readSettings } from '../settings/read-settings.ts';
import { standalone } from '../settings/settings.ts';
import { createLog } from './log.ts';
import { exitWithError, ignoreHangup, printToStderr, reportErrors } from './process-lifecycle.ts';

try {
  // Compose writes `TZ=${TZ}` as an empty value, which the runtime takes for an unknown zone. Without the variable it uses
  // the machine's zone, and so do workers.
  if (process.env['TZ']?.trim() === '') delete process.env['TZ'];
  const settings = standalone(readSettings(process.env));
  const log = createLog(settings.logFormat);
  reportErrors(log);
  ignoreHangup(log);
  for (const { level, text } of environmentRemarks(process.env)) {
    log[level](text);
    if (level === 'warn' && !log.isOnTerminal) printToStderr(`Warning: ${text}`);
  }
  // Each mode loads only its own modules.
  const { start } =
    settings.workers === 1 ? await import('./single-process.ts') : await import('./supervisor.ts');
  await start(settings, log);
} catch (error) {
  exitWithError(error);
}
