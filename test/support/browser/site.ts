/** An application's own server: it serves the pages of the tests and passes everything else on to Gatehouse. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer as createPlainServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { root } from '../process.ts';
import type { AtEnd } from './chromium.ts';

/** A request of the browser as it arrived, and what it was answered. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined until there is an answer. */
  readonly status: number | undefined;
}

export interface SiteOptions {
  readonly scheme?: 'http' | 'https';
  /** What a proxy does with `Host`: passes it on, or puts the target's own in its place. */
  readonly host?: 'passed on' | 'rewritten';
  /** What the application does itself, by path. */
  readonly actions?: Readonly<Record<string, Action>>;
  readonly atEnd: AtEnd;
}

/** Answers a request of the application's own; the target is the address of Gatehouse. */
export type Action = (
  target: string,
  body: string,
) => Promise<{ readonly cookie?: string; readonly body: object }>;

export interface Site {
  /** Its address under a host name: every name leads to it. */
  at(host: string): string;
  /**
   * Says where everything goes that is not the application's: to several servers in turn, files with the page that loads
   * them. What it returns undoes that.
   */
  passTo(...targets: readonly [string, ...string[]]): () => void;
  /** What the browser asked, in order; the files of pages are left out. */
  readonly seen: readonly Seen[];
  /** The latest request of a method to a path; throws if there was none. */
  latest(method: string, path: string): Seen;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Starts the server on a port of its own. Pages are at `/app/`. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const { scheme = 'http', host = 'passed on', actions = {}, atEnd } = options;
  const seen: Seen[] = [];
  let targets: readonly [string, ...string[]] = [''];
  let turn = 0;

  /** A file of the pages has no turn of its own: then each kind of page would always meet the same server. */
  function targetOf(path: string): string {
    if (!path.includes('/pages/')) turn += 1;
    return targets[turn % targets.length] ?? targets[0];
  }

  function answer(asked: IncomingMessage, response: ServerResponse): void {
    const path = asked.url ?? '';
    if (asked.method === 'GET' && path.startsWith('/app/')) {
      servePage(path, response);
      return;
    }
    if (path === '/favicon.ico') {
      // A browser asks for it by itself, once in a while.
      response.writeHead(204).end();
      return;
    }
    const { method = '', headers } = asked;
    seen.push({
      method,
      path,
      headers,
      get status() {
        return response.headersSent ? response.statusCode : undefined;
      },
    });
    const action = actions[path];
    if (action) void act(action, asked, response);
    else passOn(asked, response);
  }

  async function act(action: Action, asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const { cookie, body } = await action(targets[0], Buffer.concat(chunks).toString());
    response.setHeader('content-type', 'application/json');
    if (cookie) response.setHeader('set-cookie', cookie);
    response.end(JSON.stringify(body));
  }

  function passOn(asked: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/', rawHeaders } = asked;
    const target = targetOf(url);
    const headers = rewritten(rawHeaders, host === 'passed on' ? undefined : new URL(target).host);
    const passed = request(target, { method, path: url, agent: false, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
      answered.pipe(response);
    });
    passed.on('error', () => void response.writeHead(502).end());
    asked.pipe(passed);
  }

  const server = scheme === 'https' ? createTlsServer(certificate(), answer) : createPlainServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    at: (name) => `${scheme}://${name}:${port}`,
    passTo(...addresses) {
      const before = targets;
      targets = addresses;
      return () => {
        targets = before;
      };
    },
    seen,
    latest(method, path) {
      const found = seen.findLast((one) => one.method === method && one.path === path);
      if (found) return found;
      const all = seen.map((one) => `${one.method} ${one.path}`).join(', ');
      throw new Error(`${method} ${path} was not asked; what was: ${all}`);
    },
  };
}

/** The headers as they came, in order, but for `Host` if there is another one. */
function rewritten(raw: readonly string[], host: string | undefined): string[] {
  return raw.map((text, index) =>
    index % 2 === 1 && host !== undefined && raw[index - 1]?.toLowerCase() === 'host' ? host : text,
  );
}

function servePage(path: string, response: ServerResponse): void {
  const [, name = ''] = /^\/app\/([a-z-]+\.(?:html|js))(?:\?.*)?$/.exec(path) ?? [];
  if (name === '') {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('content-type', types[extname(name)] ?? '');
  response.end(readFileSync(join(root, 'test/browser/pages', name)));
}

function certificate() {
  const folder = join(root, 'test/support/certificates');
  return { cert: readFileSync(join(folder, 'server.pem')), key: readFileSync(join(folder, 'server.key')) };
}
