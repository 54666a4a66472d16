/** The metrics for Prometheus on a port of their own; loaded only where that port is set. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../gatehouse.ts';
import { bind, type Listening } from './bind.ts';
import { createServer } from './node-http.ts';

/** How long a client may take to ask. The whole request is one line and some headers. */
export const askingMs = 5_000;

/** A scraper or two, and people who look; more are turned away. */
export const maxConnections = 32;

/** Where to listen, by the names of the settings. */
export interface MetricsAddress {
  readonly metricsHost: string;
  readonly metricsPort: number;
}

/** What a text of metrics is: the exposition format of Prometheus, version 0.0.4. */
const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Begins to gather what the runtime and the system tell of this process; a worker's samples tell its number. */
export async function processMetrics(worker?: number): Promise<() => Promise<string>> {
  // A supervisor passes on what its workers gather, and gathers nothing itself.
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const registry = new Registry();
  if (worker !== undefined) registry.setDefaultLabels({ worker: String(worker) });
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}

/**
 * Serves `GET /metrics`: what `read` comes to at that moment.
 *
 * @throws {CannotListen} if the address is taken or not to be had.
 */
export async function serveMetrics(
  { metricsHost, metricsPort }: MetricsAddress,
  read: () => Promise<string>,
  log: Pick<Log, 'error'>,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: askingMs,
      requestTimeout: askingMs,
      connectionsCheckingInterval: 500,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      answer(request, response).catch((error) => {
        log.error({ err: error }, 'metrics failed');
        say(response, 500, 'The metrics could not be read.\n');
      });
    },
  );
  server.maxConnections = maxConnections;

  async function answer({ url = '', method = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.split('?', 1)[0] !== '/metrics') return say(response, 404, 'There is nothing but /metrics.\n');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return say(response, 405, 'Metrics are only read.\n');
    }
    say(response, 200, await read(), metricsType);
  }

  const names = { host: 'GATEHOUSE_METRICS_HOST', port: 'GATEHOUSE_METRICS_PORT' };
  return bind(server, { host: metricsHost, port: metricsPort }, names);
}

/** One answer for each connection: nothing is left to be kept alive or to hold up the end. */
function say(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(text);
}
