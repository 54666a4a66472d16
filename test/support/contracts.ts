/** The three contracts in one shape, so that what must hold on every contract alike is one loop. */

import { expect } from 'vitest';
import type { Answer, Asked } from './client.ts';
import type { TestServer } from './server.ts';

type Headers = Asked['headers'];

/** How one contract is spoken to. */
export interface WireContract {
  readonly name: 'envelope' | 'rest' | 'dotjson';
  /** Where a client of this contract finds it; `undefined` where a contract has no such route. */
  readonly registerPath: string | undefined;
  readonly loginPath: string;
  readonly logoutPath: string;
  /** The field that holds the identifier. */
  readonly field: 'username' | 'email';
  /** A path that belongs to this contract and leads nowhere. */
  readonly strayPath: string;
  readonly idSpelling: RegExp;
  readonly wrongPassword: string;
  /** What a logout answers when there was a session to end, and when there was none. */
  readonly ended: number;
  readonly notEnded: number;
  /** The id of the session a login has just made. */
  idIn(answer: Answer): string;
  /** The sentence of an error, once its shape was found to be exactly this contract's. */
  errorIn(answer: Answer): string;
  logout(server: TestServer, id: string, headers?: Headers): Promise<Answer>;
}

const token = /^[a-z0-9]{26}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const envelope: WireContract = {
  name: 'envelope',
  registerPath: undefined,
  loginPath: '/api/auth/login',
  logoutPath: '/api/auth/logout',
  field: 'username',
  strayPath: '/api/auth/nothing',
  idSpelling: token,
  wrongPassword: 'Invalid username or password',
  ended: 200,
  notEnded: 404,
  idIn: ({ json }) => String(json['session']),
  errorIn(answer) {
    expect(answer.headers['content-type']).toBe('application/json');
    expect(Object.keys(answer.json)).toEqual(['request', 'error']);
    expect(answer.json['request']).toBe(answer.headers['x-request-id']);
    return sentence(answer.json['error']);
  },
  logout: (server, session, headers) => server.post('/api/auth/logout', { session }, headers),
};

export const rest: WireContract = {
  name: 'rest',
  registerPath: '/auth/register',
  loginPath: '/auth/login',
  logoutPath: '/auth/logout',
  field: 'email',
  strayPath: '/auth/nothing',
  idSpelling: uuid,
  wrongPassword: 'Invalid email or password',
  ended: 204,
  notEnded: 204,
  idIn: ({ json }) => String(json['session_id']),
  errorIn: problemIn,
  logout: (server, id, headers) =>
    server.send({ method: 'POST', path: '/auth/logout', headers: { 'x-session-id': id, ...headers } }),
};

export const dotjson: WireContract = {
  name: 'dotjson',
  registerPath: '/register.json',
  loginPath: '/login.json',
  logoutPath: '/logout.json',
  field: 'username',
  strayPath: '/nothing.json',
  idSpelling: token,
  wrongPassword: 'Invalid password',
  ended: 200,
  notEnded: 401,
  idIn: ({ json }) => String(json['id']),
  errorIn(answer) {
    expect(answer.headers['content-type']).toBe('application/json');
    expect(Object.keys(answer.json)).toEqual(['error']);
    return sentence(answer.json['error']);
  },
  logout: (server, id, headers) =>
    server.send({ method: 'POST', path: `/logout.json?s=${id}`, headers: headers ?? {} }),
};

export const contracts: readonly WireContract[] = [envelope, rest, dotjson];

/** Every route that changes state. */
export const changingPaths: readonly string[] = contracts.flatMap(
  ({ registerPath, loginPath, logoutPath }) =>
    registerPath === undefined ? [loginPath, logoutPath] : [registerPath, loginPath, logoutPath],
);

/** The routes among them that need a JSON body. */
export const jsonPaths: readonly string[] = changingPaths.filter(
  (path) => path !== '/auth/logout' && path !== '/logout.json',
);

/** Which of the contracts a path belongs to. */
export function contractOf(path: string): WireContract {
  if (path.startsWith('/api/auth')) return envelope;
  return path.startsWith('/auth') ? rest : dotjson;
}

/** The detail of a problem (RFC 9457), once its shape was found to be exactly what ruling G7 says. */
export function problemIn(answer: Answer): string {
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(Object.keys(answer.json)).toEqual(['type', 'title', 'status', 'detail']);
  expect(answer.json['type']).toBe('about:blank');
  expect(answer.json['status']).toBe(answer.status);
  sentence(answer.json['title']);
  return sentence(answer.json['detail']);
}

/** A person with an account, by name and by e-mail address. */
export const joe = { username: 'joe', password: 'supersecure' };
export const ann = { email: 'ann@example.com', password: 'strongpassword' };

/** Makes an account: with an `@` through `rest`, otherwise through `dotjson`. */
export async function register(server: TestServer, identifier: string, password: string): Promise<Answer> {
  return identifier.includes('@')
    ? server.post('/auth/register', { email: identifier, password })
    : server.post('/register.json', { username: identifier, password });
}

/** Logs in through a contract, whatever kind of identifier it is. */
export function login(
  server: TestServer,
  contract: WireContract,
  identifier: string,
  password: string,
  headers?: Headers,
): Promise<Answer> {
  return server.post(contract.loginPath, { [contract.field]: identifier, password }, headers);
}

/** A new session of an account that exists, made through a contract. */
export async function newSession(
  server: TestServer,
  contract: WireContract,
  { username: identifier, password } = joe,
): Promise<string> {
  const answer = await login(server, contract, identifier, password);
  expect(answer.status).toBe(200);
  return contract.idIn(answer);
}

/** A request that would do something at every route, if it is let through. */
export function act(
  server: TestServer,
  path: string,
  id: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const fields = path.includes('register')
    ? { ...ann, username: 'ann' }
    : { username: joe.username, email: joe.username, password: joe.password, session: id };
  return server.post(path, fields, { cookie: `session_id=${id}`, ...headers });
}

/** Asks who an id belongs to. */
export function check(server: TestServer, id: string): Promise<Answer> {
  return server.send({ path: '/auth/session', headers: { 'x-session-id': id } });
}

/** Whether a session lives, as the server sees it: it answers 200 or 401, and nothing else. */
export async function isAlive(server: TestServer, id: string): Promise<boolean> {
  const { status } = await check(server, id);
  expect([200, 401]).toContain(status);
  return status === 200;
}

/** A bad request is refused without a cookie, and without a word about the program, its files or its store. */
export function expectQuietRefusal(answer: Answer): void {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  expect(answer.status, answer.text).toBeLessThan(500);
  expectDiscreet(answer);
}

/** No cookie is set, and nothing is said about the program, its files or its store. */
export function expectDiscreet(answer: Answer): void {
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(answer.text).not.toMatch(
    /sqlite|no such|select |insert |constraint|\.ts\b|node:|node_modules|\n\s+at /i,
  );
  expect(answer.text).not.toContain('gatehouse-');
}

function sentence(value: unknown): string {
  expect(value).toBeTypeOf('string');
  expect(value).not.toBe('');
  return String(value);
}
