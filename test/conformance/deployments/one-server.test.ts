/** One Gatehouse keeps every case of the kit, on SQLite and on PostgreSQL (G1 to G14, E, R, D). */

import { sharedServer } from '../../support/server.ts';
import { everyCase, settings } from './each-case.ts';

const server = sharedServer(settings);

everyCase(() => server().url);
