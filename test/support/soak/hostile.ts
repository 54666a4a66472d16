/** A client that means harm: it keeps its connections, asks again as soon as it is answered, and reads as little as it can. */

import { Agent, request } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
}

export interface Heard {
  /** 0 if the connection broke. */
  readonly status: number;
  readonly bytes: number;
  /** The beginning of the body. */
  readonly text: string;
  /** Its end. */
  readonly end: string;
  /** The cookies that were set, each with its value alone. */
  readonly cookies: readonly string[];
}

export interface Hostile {
  ask(asked: Asked): Promise<Heard>;
  close(): void;
}

/** Read for the name of the device, to the last of the characters that are read. */
const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0 '
  .repeat(7)
  .slice(0, 512);

/** What is kept of a body. */
const maxKept = 65_536;

export function openHostile(url: string, connections = 512): Hostile {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    ask: ({ method, path, headers = {}, body }) =>
      new Promise((resolve) => {
        const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
        const type = text === undefined ? {} : { 'content-type': 'application/json' };
        const length = { 'content-length': Buffer.byteLength(text ?? '') };
        const broken = () => resolve({ status: 0, bytes: 0, text: '', end: '', cookies: [] });
        request(
          url + path,
          { method, agent, headers: { 'user-agent': browser, ...type, ...length, ...headers } },
          (response) => {
            let [bytes, begun, end] = [0, '', ''];
            const cookies = (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
            response.setEncoding('utf8').on('error', broken);
            response.on('data', (part: string) => {
              bytes += part.length;
              if (begun.length < maxKept) begun += part;
              end = (end + part.slice(-16)).slice(-16);
            });
            response.on('end', () =>
              response.complete
                ? resolve({ status: response.statusCode ?? 0, bytes, text: begun, end, cookies })
                : broken(),
            );
          },
        )
          .on('error', broken)
          .end(text);
      }),
    close: () => agent.destroy(),
  };
}

/** How often each status was answered. */
export type Statuses = Readonly<Record<number, number>>;

/** Runs loops side by side until the time is over, or each has done one turn if there is none; counts their answers. */
export async function runLoops(
  loops: readonly (() => Promise<number>)[],
  seconds: number | undefined,
): Promise<Statuses> {
  const statuses: Record<number, number> = {};
  const endAt = performance.now() + (seconds ?? 0) * 1_000;
  const run = async (turn: () => Promise<number>) => {
    do {
      const status = await turn();
      statuses[status] = (statuses[status] ?? 0) + 1;
    } while (performance.now() < endAt);
  };
  await Promise.all(loops.map(run));
  return statuses;
}
