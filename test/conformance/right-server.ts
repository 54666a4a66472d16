/** A small server that keeps the three contracts, in memory and independent of our sources: what faults are made in. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { certificates } from '../support/reverse-proxies.ts';
import {
  type Account,
  type Asked,
  type Behaviour,
  type Contract,
  cookies,
  type Fields,
  list,
  type Reply,
  right,
} from './right-behaviour.ts';

const sentences: Readonly<Record<string, string>> = {
  400: 'The body must be one JSON object in UTF-8',
  403: 'Cross-site request refused.',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'The body is larger than 16 KiB',
  415: 'Content-Type must be application/json',
  415.1: 'Content-Encoding must be identity',
};
const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 409: 'Conflict' };
const ownedBy = (path: string): Contract =>
  path.startsWith('/api/auth') ? 'envelope' : path.startsWith('/auth') ? 'rest' : 'dotjson';
const routes = [
  '/api/auth/login',
  '/api/auth/logout',
  '/auth/register',
  '/auth/login',
  '/auth/logout',
  '/register.json',
  '/login.json',
  '/logout.json',
];

/** Starts a server with a fault, or without one, and stops it at the end of the test. */
export async function startRight(fault: Partial<Behaviour> = {}): Promise<string> {
  return `http://127.0.0.1:${await started(createServer(listener(fault)))}`;
}

/** The same over TLS, at the name that the tests' certificate is for. */
export async function startRightOverTls(fault: Partial<Behaviour> = {}): Promise<string> {
  const [cert, key] = ['server.pem', 'server.key'].map((name) => readFileSync(join(certificates, name)));
  return `https://localhost:${await started(createTlsServer({ cert, key }, listener(fault)))}`;
}

function listener(fault: Partial<Behaviour>): RequestListener {
  const answer = answering({ ...right, ...fault });
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [path = '', query = ''] = (request.url ?? '').split('?');
    send(
      response,
      answer({
        method: request.method ?? '',
        path,
        query: new URLSearchParams(query),
        headers: request.headers,
        bytes: Buffer.concat(chunks),
      }),
    );
  };
}

async function started(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers).end(body);
}

function answering(does: Behaviour): (asked: Asked) => Reply {
  const accounts = new Map<string, Account>();
  const live = new Set<string>();

  const refuse = (
    asked: Asked,
    contract: Contract,
    status: number,
    sentence = String(sentences[status]),
  ): Reply => {
    const whole = Math.floor(status);
    const fields = typeof does.fields(asked) === 'object' ? (does.fields(asked) as Fields) : undefined;
    if (contract === 'envelope') return envelope(whole, { error: sentence }, fields);
    if (contract === 'dotjson') return json(whole, { error: sentence });
    const problem = {
      type: 'about:blank',
      title: titles[whole] ?? 'Refused',
      status: whole,
      detail: sentence,
    };
    return json(whole, problem, { 'content-type': 'application/problem+json' });
  };
  const envelope = (status: number, fields: Fields, sent: Fields | undefined): Reply => {
    const request = does.request(sent);
    return json(status, { request, ...fields }, { 'x-request-id': request });
  };

  const register = (asked: Asked, contract: Contract, fields: Fields): Reply => {
    const name = String(fields[contract === 'rest' ? 'email' : 'username']);
    const password = does.password(String(fields['password']));
    const status = contract === 'rest' ? 422 : 400;
    const isName = contract === 'rest' ? does.isAddress(name) : does.isUsername(name);
    if (!isName)
      return refuse(asked, contract, status, contract === 'rest' ? 'Invalid email' : 'Invalid username');
    const reason = does.passwordReason(password, name);
    if (reason !== undefined) return refuse(asked, contract, status, reason);
    const key = does.canonical(name);
    if (does.isTaken(accounts, key))
      return refuse(
        asked,
        contract,
        409,
        contract === 'rest' ? 'Email already registered' : 'User already exists',
      );
    accounts.set(key, { name, password, user: randomUUID() });
    if (contract === 'dotjson') return json(200, { username: name, created: does.created(Date.now()) });
    const id = begin(contract, asked);
    return json(201, { session_id: id }, { 'set-cookie': [does.cookie(id)] });
  };
  const begin = (contract: Contract, asked: Asked): string => {
    does.beforeLogin(live);
    const id = does.mint(contract, asked, live);
    live.add(id);
    return id;
  };
  const login = (asked: Asked, contract: Contract, fields: Fields): Reply => {
    const typed = String(fields[contract === 'rest' ? 'email' : 'username']);
    const account = accounts.get(does.canonical(typed));
    const words = {
      envelope: 'Invalid username or password',
      rest: 'Invalid email or password',
      dotjson: 'Invalid password',
    };
    if (!account)
      return refuse(asked, contract, 401, contract === 'dotjson' ? 'User does not exist' : words[contract]);
    if (account.password !== does.password(String(fields['password'])))
      return refuse(asked, contract, 401, words[contract]);
    const id = begin(contract, asked);
    if (contract === 'envelope')
      return envelope(200, { user: does.userOf(account), session: id, message: 'Logged in' }, fields);
    const cookie = { 'set-cookie': [does.cookie(id)] };
    if (contract === 'rest') return json(200, { session_id: id }, cookie);
    return json(
      200,
      { id, username: does.usernameOf(account.name, typed), created: does.created(Date.now()) },
      cookie,
    );
  };
  const logout = (asked: Asked, contract: Contract): Reply => {
    if (contract === 'rest') {
      for (const id of does.presented(asked)) does.end(live, id);
      const line = does.cleared('');
      return { status: 204, headers: line === undefined ? {} : { 'set-cookie': [line] }, body: '' };
    }
    if (contract === 'dotjson') {
      const [id] = does.named(asked);
      if (id === undefined || !does.end(live, id)) return refuse(asked, contract, 401, 'No session');
      const line = cookies(asked.headers, 'session_id').includes(id) ? does.cleared(id) : undefined;
      return json(200, { success: true }, line === undefined ? {} : { 'set-cookie': [line] });
    }
    const fields = does.fields(asked);
    if (typeof fields === 'number') return refuse(asked, contract, fields);
    if (typeof fields['session'] !== 'string')
      return refuse(asked, contract, 400, 'The field "session" must be a string');
    if (!does.end(live, fields['session'])) return refuse(asked, contract, 404, 'Session not found');
    return envelope(200, { message: 'Logged out' }, fields);
  };
  const check = ({ headers }: Asked): Reply => {
    const isLive = live.has(list(headers['x-session-id'])[0] ?? '');
    return json(isLive ? 200 : 401, {});
  };

  const judge = (asked: Asked): Reply => {
    if (asked.path === '/auth/session') return check(asked);
    const path = does.route(asked.path);
    const contract = ownedBy(path);
    if (!routes.includes(path)) return refuse(asked, contract, 404);
    if (does.method(asked) !== 'POST') {
      const refused = refuse(asked, contract, 405);
      return { ...refused, headers: { ...refused.headers, allow: 'POST' } };
    }
    if (does.isCrossSite(asked.headers)) return refuse(asked, contract, 403);
    if (path.includes('logout')) return logout(asked, contract);
    const fields = does.fields(asked);
    if (typeof fields === 'number') return refuse(asked, contract, fields);
    for (const field of [contract === 'rest' ? 'email' : 'username', 'password'])
      if (typeof fields[field] !== 'string')
        return refuse(asked, contract, 400, `The field "${field}" must be a string`);
    return path.includes('register') ? register(asked, contract, fields) : login(asked, contract, fields);
  };
  return (asked) => {
    const { status, headers, body } = judge(asked);
    const all = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers };
    return does.alter({ status, headers: all, body }, asked);
  };
}

function json(status: number, fields: Fields, headers: Reply['headers'] = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(fields),
  };
}
