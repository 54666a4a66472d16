/** Gatehouse in a process of its own behind the sites of a test, and what the test asks it past the browser. */

import { randomInt } from 'node:crypto';
import { startProcess, type TestProcess } from '../process.ts';
import type { AtEnd } from './chromium.ts';
import type { Site } from './site.ts';

export const password = 'supersecure';

/** Starts it; the sites pass on to it until the end. */
export async function startBehind(
  sites: readonly Site[],
  environment: Readonly<Record<string, string>>,
  atEnd: AtEnd,
): Promise<TestProcess> {
  const server = await startProcess(environment, { atEnd });
  for (const site of sites) atEnd(site.passTo(server.url));
  return server;
}

/** Registers an account under a new name. */
export async function newAccount(server: TestProcess): Promise<string> {
  const username = `user_${randomInt(1e12)}`;
  const { status } = await server.post('/register.json', { username, password });
  if (status !== 200) throw new Error(`The registration was answered ${status}.`);
  return username;
}

/** A new session of an account, made past the browser. */
export async function newSession(server: TestProcess, username: string): Promise<string> {
  const { status, json } = await server.post('/login.json', { username, password });
  if (status !== 200) throw new Error(`The login was answered ${status}.`);
  return String(json['id']);
}

/** Whether a session is alive. */
export async function isAlive(server: TestProcess, id: string): Promise<boolean> {
  const { status } = await server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
  if (status !== 200 && status !== 401) throw new Error(`The check was answered ${status}.`);
  return status === 200;
}
