/** Serves metrics on their own port, and collects those of the process. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gatehouse, Log } from '../gatehouse.ts';
import type { Metric } from '../storage/port/port.ts';
import { bind, type Listening } from './bind.ts';
import type { ClientErrors } from './client-errors.ts';
import type { ProcessLog } from './log.ts';
import { createServer } from './node-http.ts';

/** The time limit of a request, which is one line and some headers. */
export const requestMs = 5_000;

/** Enough for a few scrapers and people; further connections are refused. */
export const maxConnections = 32;

/** The address, by the names of the settings. */
export interface MetricsAddress {
  readonly metricsHost: string;
  readonly metricsPort: number;
}

/** The text format of Prometheus, version 0.0.4. */
const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics of one serving process. */
export interface ServerMetrics {
  readonly metrics: readonly Metric[];
  /** The metrics of the runtime and the system, as text. */
  readonly processText: string;
}

/**
 * Starts to collect the metrics of this process, and returns a function that reads them and those of the server. With a
 * `worker`, each sample of the process has a label with this number.
 *
 * The library is loaded here, because a server without a metrics port needs neither its time nor its memory.
 */
export async function metricsReader(
  gatehouse: Gatehouse,
  clientErrors: ClientErrors,
  log: ProcessLog,
  worker?: number,
): Promise<() => Promise<ServerMetrics>> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const registry = new Registry();
  if (worker !== undefined) registry.setDefaultLabels({ worker: String(worker) });
  collectDefaultMetrics({ register: registry });
  return async () => ({
    metrics: [...gatehouse.metrics(), clientErrors.metric(), log.metric()],
    processText: await registry.metrics(),
  });
}

/**
 * Serves `GET /metrics`: the text that `read` resolves with for each request.
 *
 * @throws {CannotListen} if the address is taken or unavailable.
 */
export async function serveMetrics(
  { metricsHost, metricsPort }: MetricsAddress,
  read: () => Promise<string>,
  log: Pick<Log, 'error'>,
): Promise<Listening> {
  const limits = { headersTimeout: requestMs, requestTimeout: requestMs, connectionsCheckingInterval: 500 };
  const server = createServer({ ...limits, maxHeaderSize: 8_192 }, (request, response) => {
    answer(request, response, read).catch((error) => {
      log.error({ err: error }, 'metrics failed');
      send(response, 500, 'The metrics cannot be read. The log says why.\n');
    });
  });
  server.maxConnections = maxConnections;
  const names = { host: 'GATEHOUSE_METRICS_HOST', port: 'GATEHOUSE_METRICS_PORT' };
  return bind(server, { host: metricsHost, port: metricsPort }, names);
}

async function answer(
  { url = '', method = '' }: IncomingMessage,
  response: ServerResponse,
  read: () => Promise<string>,
): Promise<void> {
  if (url.split('?', 1)[0] !== '/metrics') return send(response, 404, 'The only path is /metrics.\n');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, 'Use GET or HEAD.\n');
  }
  send(response, 200, await read(), prometheusType);
}

/** One answer per connection, so that no idle connection delays the end. */
function send(
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
