/** A TCP proxy that stands between a client and a server and injects faults: delays, silence, cuts, refusals. */

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './port.ts';
import { type Lane, openLane } from './proxy/lane.ts';

export type Side = 'client' | 'server';

/** One connection through the proxy. */
export interface Connection {
  /** Forwards nothing from now on, not even an end; what arrives is kept. */
  hang(): void;
  /** Forwards what was kept, and what follows. */
  resume(): void;
  /** Resets both ends. What was kept is lost. */
  cut(): void;
}

/** Sees all bytes of one connection that come from a side, and passes on what it likes. */
export interface Tap {
  see(from: Side, bytes: Buffer, passOn: (bytes: Buffer) => void): void;
}

export interface ProxyOptions {
  /** Called for each new connection. Default: everything is passed on. */
  readonly tap?: (connection: Connection, pass: (from: Side, bytes: Buffer) => void) => Tap;
  /** Who closes the proxy. Default: the end of the test. */
  readonly atEnd?: (clean: () => void) => void;
}

export interface TestProxy {
  readonly port: number;
  /** The open connections, oldest first. */
  readonly connections: readonly Connection[];
  /** How many connections have been made so far. */
  readonly accepted: number;
  /** An address with the port of the proxy in place of its own. */
  url(address: string): string;
  /** Sends new connections to another port. */
  retarget(port: number): void;
  /** Adds a latency to each direction; the order stays. */
  delay(ms: number): void;
  /** Takes connections and forwards nothing, on new ones and on those that are open. */
  hang(): void;
  /** Ends the silence: forwards what was kept, and what follows. */
  resume(): void;
  /** Resets all open connections. */
  cut(): void;
  /** Refuses new connections; open ones stay. */
  refuse(): void;
  /** Takes new connections again, on the same port. */
  accept(): Promise<void>;
}

/** Starts a proxy on 127.0.0.1 to a port there. */
export async function startProxy(targetPort: number, options: ProxyOptions = {}): Promise<TestProxy> {
  const { tap, atEnd = onTestFinished } = options;
  const port = await freePort();
  const open = new Map<Connection, readonly Lane[]>();
  let target = targetPort;
  let delayMs = 0;
  let silent = false;
  let accepted = 0;
  let listener: Server | undefined;

  function join(client: Socket): void {
    accepted++;
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const delay = () => delayMs;
    const lanes = { client: openLane(client, server, delay), server: openLane(server, client, delay) };
    const connection: Connection = {
      hang: () => void Object.values(lanes).forEach((lane) => void lane.hold()),
      resume: () => void Object.values(lanes).forEach((lane) => void lane.release()),
      cut() {
        client.resetAndDestroy();
        server.resetAndDestroy();
      },
    };
    const pass = (from: Side, bytes: Buffer) => lanes[from].push(bytes);
    const tapped = tap?.(connection, pass);
    const sockets = { client, server };
    for (const from of ['client', 'server'] as const) {
      sockets[from].on('data', (bytes: Buffer) => {
        if (tapped) tapped.see(from, bytes, (passed) => pass(from, passed));
        else pass(from, bytes);
      });
    }
    open.set(connection, Object.values(lanes));
    // Both ends are closed, or one is and the other will be.
    const closed = () => void (client.destroyed && server.destroyed && open.delete(connection));
    client.on('close', closed);
    server.on('close', closed);
    if (silent) connection.hang();
  }

  async function listen(): Promise<void> {
    if (listener) return;
    listener = createServer({ allowHalfOpen: true, noDelay: true }, join);
    await once(listener.listen(port, '127.0.0.1'), 'listening');
  }

  const proxy: TestProxy = {
    port,
    get connections() {
      return [...open.keys()];
    },
    get accepted() {
      return accepted;
    },
    url(address) {
      const changed = new URL(address);
      changed.port = String(port);
      return changed.href;
    },
    retarget(other) {
      target = other;
    },
    delay(ms) {
      delayMs = ms;
    },
    hang() {
      silent = true;
      for (const connection of open.keys()) connection.hang();
    },
    resume() {
      silent = false;
      for (const connection of open.keys()) connection.resume();
    },
    cut() {
      for (const connection of open.keys()) connection.cut();
    },
    refuse() {
      listener?.close();
      listener = undefined;
    },
    accept: listen,
  };
  atEnd(() => {
    proxy.refuse();
    proxy.cut();
  });
  await listen();
  return proxy;
}
