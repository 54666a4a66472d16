/** Two workers that share a port keep every case of the kit: a session of one is a session of the other (N1). */

import { sharedProcess } from '../../support/process.ts';
import { everyCase, settings } from './each-case.ts';

const server = sharedProcess({ ...settings, GATEHOUSE_WORKERS: '2' });

everyCase(() => server().url);
