/** A bare TCP client: sends exactly the given bytes, reads everything, and notices when it is cut off. */

import { connect, type Socket } from 'node:net';

export interface Raw {
  readonly socket: Socket;
  /** Everything that came back so far. */
  readonly received: string;
  /** The answers that came back so far, in order. */
  readonly answers: readonly RawAnswer[];
  /** Resolves when the server has ended its side, with the milliseconds since the connection was opened. */
  readonly ended: Promise<number>;
  /** Resolves when the connection is gone from both sides, with the error that ended it, if any. */
  readonly closed: Promise<Error | undefined>;
}

/** One answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Opens a connection and says nothing yet. With `stubborn` it never closes its side, whatever the server does. */
export function openRaw(url: string, { stubborn = false } = {}): Promise<Raw> {
  const { hostname, port } = new URL(url);
  const openedAt = performance.now();
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: stubborn });
  let received = '';
  let failure: Error | undefined;
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  const closed = new Promise<Error | undefined>((resolve) => socket.once('close', () => resolve(failure)));
  const ended = new Promise<number>((resolve) => {
    for (const event of ['end', 'close']) socket.once(event, () => resolve(performance.now() - openedAt));
  });
  return new Promise((resolve, reject) => {
    socket.on('error', (error) => {
      failure = error;
      reject(error);
    });
    socket.once('connect', () =>
      resolve({
        socket,
        ended,
        closed,
        get received() {
          return received;
        },
        get answers() {
          return answersIn(received);
        },
      }),
    );
  });
}

/** A request as bytes on the wire; a body makes it a POST of JSON. */
export function written(path: string, body?: object, headers: Readonly<Record<string, string>> = {}): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = Object.entries({
    host: 'localhost',
    ...(body && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${body ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`;
}

/**
 * A request of another site whose refusal leaves two lines in the log, nearly a kilobyte, and costs nothing else. The log
 * repeats this much of a header and no more. Only two thousand refusals a second are answered.
 */
export function loudlyRefused(path: string, body: object): string {
  const name = (scheme: string) => `${scheme}${'x'.repeat(256 - scheme.length)}`;
  return written(path, body, { origin: name('https://'), host: name('') });
}

/** Takes the complete answers out of what came over one connection. */
export function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return answers;
    const [statusLine = '', ...lines] = rest.slice(0, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0);
    if (rest.length < bodyEnd) return answers;
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    answers.push({ status, headers, body: rest.slice(headEnd + 4, bodyEnd) });
    rest = rest.slice(bodyEnd);
  }
}
