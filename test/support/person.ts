/** A person with an account and a session, as the tests of signed-in routes need one. */

import type { Answer } from './client.ts';
import type { TestServer } from './server.ts';

export const password = 'supersecure';

export interface Person {
  readonly email: string;
  /** The id of the session the person holds now. */
  id: string;
  /** Sends a request in the person's session. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Registers a person, who is logged in from then on. */
export async function person(server: TestServer, email = 'ada@example.com'): Promise<Person> {
  const registered = await server.post('/auth/register', { email, password });
  return holding(server, email, String(registered.json['session_id']));
}

/** Logs a person in once more, on another device. */
export async function again(
  server: TestServer,
  { email }: Person,
  headers?: Record<string, string>,
  word = password,
): Promise<Person> {
  const loggedIn = await server.post('/auth/login', { email, password: word }, headers);
  return holding(server, email, String(loggedIn.json['session_id']));
}

/** Has a person prove the password again; the session goes on under a new id. */
export async function confirmed(person: Person): Promise<Answer> {
  const answer = await person.ask('POST', '/auth/confirm', { password });
  if (answer.status === 200) person.id = String(answer.json['session_id']);
  return answer;
}

/** Whether a session is alive. */
export async function isAlive(server: TestServer, id: string): Promise<boolean> {
  const { status } = await server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
  if (status !== 200 && status !== 401) throw new Error(`A check answered ${status}`);
  return status === 200;
}

function holding(server: TestServer, email: string, id: string): Person {
  return {
    email,
    id,
    ask(method, path, body) {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const headers = { 'x-session-id': this.id, ...json };
      return server.send({
        method,
        path,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
  };
}
