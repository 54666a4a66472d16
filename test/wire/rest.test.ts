/** The `rest` contract over HTTP. */

import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

test('R1: register 201, login 200, logout 204 without body', async () => {
  const server = await startServer();
  const registered = await server.post('/auth/register', person);
  expect(registered.status).toBe(201);
  expect(registered.json).toEqual({ session_id: registered.cookie });

  const loggedIn = await server.post('/auth/login', person);
  expect(loggedIn.status).toBe(200);

  const loggedOut = await server.send({
    method: 'POST',
    path: '/auth/logout',
    headers: { cookie: `session_id=${loggedIn.cookie}` },
  });
  expect(loggedOut.status).toBe(204);
  expect(loggedOut.text).toBe('');
});
