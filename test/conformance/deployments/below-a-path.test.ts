/** Below a path, and with status 200 for refusals, Gatehouse keeps every case of the kit (G8, W6). */

import { sharedServer } from '../../support/server.ts';
import { everyCase, settings } from './each-case.ts';

const server = sharedServer({
  ...settings,
  GATEHOUSE_BASE_PATH: '/id',
  GATEHOUSE_ENVELOPE_STATUS: 'ok',
  GATEHOUSE_DOTJSON_STATUS: 'ok',
});

everyCase(() => `${server().url}/id`, { status: 'ok' });
