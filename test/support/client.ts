/** An HTTP client that sends exactly the given request: paths are not normalised, and only `Host` is added. */

import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { assertDescribed } from './described.ts';

export interface Asked {
  readonly method?: string;
  /** Sent as it is, not decoded, encoded or tidied. */
  readonly path: string;
  /** An array sends a header more than once. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; throws if it is not. */
  readonly json: Record<string, unknown>;
  /** The session cookie that was set (`''` if it was cleared), if any. */
  readonly cookie: string | undefined;
}

const allContracts = ['envelope', 'rest', 'dotjson'];

/**
 * Sends one request on a connection of its own and waits for the whole answer. Rejects if the OpenAPI document does
 * not describe that answer, so that no test can forget to look. `contracts` are those that the server serves.
 */
export async function send(
  url: string,
  asked: Asked,
  contracts: readonly string[] = allContracts,
): Promise<Answer> {
  const answer = await sendExactly(url, asked);
  const { method = 'GET', path } = asked;
  const { status, headers, text } = answer;
  assertDescribed({ method, path, status, headers, text, contracts });
  return answer;
}

/** POSTs a JSON body. */
export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Asked['headers'] = {},
  contracts: readonly string[] = allContracts,
): Promise<Answer> {
  const json = { 'content-type': 'application/json', ...headers };
  return send(url, { method: 'POST', path, headers: json, body: JSON.stringify(body) }, contracts);
}

/** Sends one request on a connection of its own, on paths that the document does not know. */
export function sendExactly(
  url: string,
  { method = 'GET', path, headers = {}, body }: Asked,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(
      url,
      { method, path, agent: false, headers: { ...length, ...(headers as Record<string, string>) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers } = response;
          const setCookie = headers['set-cookie']?.find((line) => line.startsWith('session_id='));
          resolve({
            status,
            headers,
            text,
            get json() {
              return JSON.parse(text);
            },
            cookie: setCookie && /^session_id=([^;]*)/.exec(setCookie)?.[1],
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Writes raw bytes to a socket and resolves with everything that comes back until it is closed. */
export function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
