/** An application behind a reverse proxy: it notes the headers of what reaches it, and echoes over a WebSocket. */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { forgeriesOf } from '../../src/cli/doctor/forward/forgeries.ts';
import type { Deployed } from './deployed.ts';

export interface Application {
  readonly host: string;
  /** What reached it: the headers of each request as they arrived, a name and a value in turn. */
  readonly arrived: readonly (readonly string[])[];
}

/** Starts an application that answers every request with `the application`. */
export async function startApplication(): Promise<Application> {
  const arrived: string[][] = [];
  const note = ({ rawHeaders }: IncomingMessage) => void arrived.push(rawHeaders);
  const server = createServer((incoming, outgoing) => {
    note(incoming);
    outgoing.end('the application');
  });
  const open = new Set<Socket>();
  server.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    note(incoming);
    open.add(socket);
    socket.on('error', () => {});
    const key = `${incoming.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, arrived };
}

/** Asks for a WebSocket; returns the status, or 101 and what came back for `ping`. */
export function upgrade(
  { port }: Deployed,
  ca: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; echo?: string }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ ca, keepAlive: false });
    const asked = request({
      ...{ host: '127.0.0.1', servername: 'localhost', port, path: '/live', agent },
      headers: {
        ...{ host: `localhost:${port}`, connection: 'Upgrade', upgrade: 'websocket' },
        ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
        ...headers,
      },
    });
    asked.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    asked.once('upgrade', (response, socket, head) => {
      let echo = head.toString();
      socket
        .on('error', () => {})
        .on('data', (part: Buffer) => {
          echo += part;
          if (echo !== 'ping') return;
          socket.destroy();
          resolve({ status: response.statusCode ?? 0, echo });
        });
      socket.write('ping');
    });
    asked.once('error', reject).end();
  });
}

const identityHeaders = ['Remote-User', 'Remote-Name', 'Remote-Email', 'Remote-Session'];
const forgedValue = 'forged-identity';

/** Sends identity headers in every odd spelling of the doctor; returns the names under which they reached an application. */
export async function forgedNames(
  { port }: Deployed,
  ca: string,
  { arrived }: Application,
  path = '/',
): Promise<string[]> {
  const agent = new Agent({ ca, keepAlive: false });
  const before = arrived.length;
  const forgeries = forgeriesOf(identityHeaders, forgedValue);
  for (const { headers } of forgeries)
    await new Promise<void>((resolve, reject) => {
      const all = [['Host', `localhost:${port}`], ...headers].flat();
      request({ host: '127.0.0.1', servername: 'localhost', port, path, agent, headers: all }, (answer) => {
        answer.once('end', resolve).resume();
      })
        .once('error', reject)
        .end();
    });
  if (arrived.length < before + forgeries.length)
    throw new Error('Not every request reached the application');
  return arrived
    .flatMap((headers) => headers.map((text, i) => (text.includes(forgedValue) ? headers[i - 1] : undefined)))
    .filter((name) => name !== undefined);
}
