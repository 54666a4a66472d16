/** People who have to enrol a second factor before they get a session (ruling F6). */

import { expect } from 'vitest';
import { loginWith, type SteppedServer, startStepped } from './codes.ts';
import { rest, type WireContract } from './contracts.ts';
import { type Person, person } from './person.ts';

export const required = { GATEHOUSE_SECOND_FACTOR: 'required' };

export const email = 'ada@example.com';

/** A server that requires a factor, with an account that has none and a session from before. */
export async function requiring(environment: Readonly<Record<string, string>> = {}) {
  const before = await startStepped(environment);
  const ada = await person(before, email);
  await before.stop();
  const server = await startStepped({ ...required, ...environment }, before.file);
  return { server, old: { ...ada, ...holding(server, ada.id) } };
}

/** A client that holds an id. */
export function holding(server: SteppedServer, id: string): Person {
  return {
    email,
    id,
    ask(method, path, body) {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return server.send({ method, path, headers: { 'x-session-id': this.id, ...json }, ...text });
    },
  };
}

/** Logs in, and has to enrol. */
export async function enrolling(server: SteppedServer, contract: WireContract = rest): Promise<Person> {
  const answer = await loginWith(server, contract, email);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.json['enrolment_required']).toBe(true);
  return holding(server, contract.idIn(answer));
}
