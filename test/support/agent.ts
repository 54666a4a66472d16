/** An HTTP client that keeps its connections and asks much: JSON in, status and JSON out. */

import { Agent, request } from 'node:http';

export interface Told {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The body, or an empty object if there is none. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
  /** The cookies that were set, each with its value alone. */
  readonly cookies: readonly string[];
}

export interface Client {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Told>;
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Told>;
  /** Lets go of all connections, also of those that wait for an answer. */
  close(): void;
}

/** Requests beyond `connections` wait for one to be free. Rejects if a connection breaks before its answer is whole. */
export function openClient(url: string, connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    new Promise<Told>((resolve, reject) => {
      const askedAt = performance.now();
      const asked = request(url, { method, path, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('error', reject).on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            json: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
            tookMs: performance.now() - askedAt,
            cookies: (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? ''),
          }),
        );
      });
      asked.on('error', reject).end(body);
    });
  return {
    get: (path, headers = {}) => ask('GET', path, { ...headers }),
    post: (path, body, headers = {}) => {
      const text = JSON.stringify(body);
      const length = String(Buffer.byteLength(text));
      return ask(
        'POST',
        path,
        { 'content-type': 'application/json', 'content-length': length, ...headers },
        text,
      );
    },
    close: () => agent.destroy(),
  };
}
