/** Embedded in Express 5 beside its own routes, Gatehouse keeps every case of the kit. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll } from 'vitest';
import { gatehouse } from '../../../src/adapters/express.ts';
import { readSettings } from '../../../src/settings/read-settings.ts';
import { everyCase, settings } from '../../conformance/deployments/each-case.ts';
import { temporaryFolder } from '../../support/server.ts';

const cleaning: (() => void | Promise<void>)[] = [];
let url = '';

beforeAll(async () => {
  const folder = temporaryFolder((clean) => void cleaning.unshift(clean));
  const auth = gatehouse({
    settings: readSettings({
      ...settings,
      DATABASE_URL: `file:${folder}/gatehouse.db`,
      GATEHOUSE_PBKDF2_ITERATIONS: '1000',
    }),
  });
  cleaning.unshift(() => auth.close());
  const app = express().disable('x-powered-by').use(auth, express.json());
  app.get('/profile', auth.required, (request, response) => void response.json(request.auth?.user));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleaning.unshift(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  for (const clean of cleaning) await clean();
});

// A path that leads nowhere is the application's, which answers with a page of its own.
everyCase(() => url, { notOurs: ['envelope.path.unknown', 'rest.path.unknown', 'dotjson.path.unknown'] });
