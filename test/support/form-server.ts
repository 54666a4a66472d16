/** A server whose only routes take forms, and whose refusals are pages. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Gatehouse } from '../../src/gatehouse.ts';
import type { AnyRefusal, Contract, Route } from '../../src/http/contract.ts';
import { fetchListener } from '../../src/http/fetch-adapter.ts';
import { Handler } from '../../src/http/handler.ts';
import { requestListener } from '../../src/http/node-adapter.ts';
import { siteWords } from '../../src/http/refusals/refusal-words.ts';
import type { Reply, ReplyHeaders } from '../../src/http/reply.ts';
import { ResponseCounters } from '../../src/http/response-counters.ts';
import { Router } from '../../src/http/router.ts';
import { createServices, openStore } from '../../src/open-services.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { settingsFor } from './engine-settings.ts';
import { temporaryFolder } from './server.ts';

export interface FormServer {
  readonly url: string;
  /** The part of a Gatehouse that the mounts of frameworks use to answer a request. */
  readonly mountable: Pick<Gatehouse, 'fetch' | 'listener' | 'owns' | 'paths' | 'close'>;
  /** What the log received of refusals. */
  readonly reported: readonly object[];
}

/** What the routes of a test do. */
export interface FormRules {
  /** The refusal of `POST /refused`, and headers that its route sets before. */
  readonly refusal?: AnyRefusal;
  readonly headers?: ReplyHeaders;
  /** Where `POST /moved` leads. */
  readonly location?: string;
}

/** `POST /form` answers with its fields as JSON, `POST /moved` with a redirect and cookies, `POST /refused` with a refusal. */
export async function formServer({
  refusal = { refused: 'unknown_session' },
  headers = {},
  location = 'account',
}: FormRules = {}): Promise<FormServer> {
  const reported: object[] = [];
  const log = { info: (entry: object) => void reported.push(entry), error: () => {} };
  const settings = readSettings({
    ...(await settingsFor(`${temporaryFolder()}/gatehouse.db`, onTestFinished)),
    GATEHOUSE_PBKDF2_ITERATIONS: '1000',
  });
  const { store } = await openStore(settings, log);
  const services = createServices(settings, store, log);
  const routes: readonly Route[] = [
    {
      method: 'POST',
      path: '/form',
      body: 'form',
      answer: ({ fields }) => ({ status: 200, body: Object.entries(fields) }),
    },
    {
      method: 'POST',
      path: '/moved',
      body: 'form',
      answer: () => ({ status: 303, headers: { location, 'set-cookie': ['a=1; Path=/', 'b=2; Path=/'] } }),
    },
    {
      method: 'POST',
      path: '/refused',
      body: 'form',
      answer: (context) => {
        context.headers = headers;
        return refusal;
      },
    },
  ];
  const contract: Contract = {
    name: 'forms',
    owns: () => true,
    words: siteWords,
    error: ({ status, detail, refused, retryAfterSeconds, request, requestId }) =>
      textReply(
        status,
        [detail, refused, retryAfterSeconds, request?.header('accept-language'), requestId.length].join('|'),
      ),
    routes,
  };
  const handler = new Handler({
    services,
    contracts: [contract],
    basePath: '',
    allowedOrigins: [],
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
    language: 'en',
    secure: true,
    hsts: 'off',
    clock: Date.now,
    responseCounters: new ResponseCounters([contract.name]),
    onError: () => {},
    onCrossSite: () => {},
  });
  const server = createServer(requestListener(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await services.hashing.close();
    await store.close();
  });
  const router = new Router([contract], '');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mountable: {
      fetch: fetchListener(handler),
      listener: requestListener(handler),
      paths: router.patterns,
      owns: (target) => router.has(target),
      close: async () => {},
    },
    reported,
  };
}

/** A page, as far as a refusal is concerned. */
export function textReply(status: number, text: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
  };
  return { status, body: text, headers };
}
