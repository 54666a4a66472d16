/** A dedicated connection for notifications of other nodes, the clock, and the early detection of failures. */

import { StoreUnavailable } from '../../port/port.ts';
import type { CircuitBreaker } from '../connection/circuit-breaker.ts';
import { Client } from '../connection/client.ts';
import type { DatabaseClock } from '../connection/clock.ts';
import { isCrowded, lost, readOnly, unavailable } from '../connection/errors.ts';
import { assertStillUsable } from '../connection/migrations.ts';
import type { Login } from '../connection/session-setup.ts';
import { inTime } from '../connection/time-limit.ts';
import { channel, readNotification } from './revocation-notifier.ts';

/** The interval of heartbeats, and the longest wait for an answer to one, in milliseconds. */
const beatMs = 500;
const timeoutMs = 1_000;

/** A connection that answers but delivers no notification is replaced after this long, in milliseconds. */
const silenceMs = 5_000;

/** The shortest pause before reconnecting, in milliseconds; a random part of up to the same length spreads the nodes. */
const pauseMs = 200;

export interface WatchOptions {
  readonly login: Login;
  readonly node: string;
  readonly clock: DatabaseClock;
  /** Opened when this connection cannot reach the database; `undefined` if it bypasses a pooler. */
  readonly breaker: CircuitBreaker | undefined;
  readonly chance: () => number;
  /** Called with a new connection: it may lead to another server, and notifications were missed. */
  readonly onFound: (client: Client) => void;
  /** Called when the connection is given up. */
  readonly onLost: () => void;
  /** Called once when the connection is lost, with the error, and once when there is a new one. */
  readonly onChange: (error?: unknown) => void;
  /** Called with the instant in a notification of another node. */
  readonly onNotification: (at: number) => void;
}

export class ClusterListener {
  readonly #options: WatchOptions;
  readonly #listens: boolean;
  #client: Client | undefined;
  #opening: Client | undefined;
  #isTurning = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isLost = false;
  #isReceiving = false;
  #onReceived: ((isReceiving: boolean) => void) | undefined;
  #connectedAt = 0;
  /** Received notifications of other nodes. */
  notifications = 0;

  /** A pooler would give notifications to another client, so there is no listening behind one. */
  constructor(options: WatchOptions) {
    this.#options = options;
    this.#listens = !options.login.isPooled;
  }

  /** Whether notifications of other nodes arrive. */
  get isListening(): boolean {
    return this.#client !== undefined && this.#isReceiving;
  }

  /** Connects for the first time; rejects if that fails. Later failures are retried. */
  async start(): Promise<void> {
    await this.#connect();
    this.#schedule(beatMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#options.onLost();
    await Promise.all([this.#client, this.#opening].map((client) => client?.end()));
  }

  #schedule(ms: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#turn(), ms).unref();
  }

  /** Sends a heartbeat, or reconnects. */
  async #turn(): Promise<void> {
    const { breaker, chance } = this.#options;
    const client = this.#isToBeReplaced() ? undefined : this.#client;
    this.#isTurning = true;
    try {
      if (client) await this.#beat(client);
      else await this.#connect();
      this.#schedule(beatMs);
    } catch (error) {
      this.#drop();
      this.#note(error);
      // A connection may fail alone: only if a new one fails too is the database unreachable.
      if (!client && !isCrowded(error)) breaker?.open(unavailable(error).message);
      this.#schedule(client ? 0 : pauseMs * (1 + chance()));
    } finally {
      this.#isTurning = false;
    }
  }

  /** A connection that answers without notifications gets `silenceMs` before another one is tried. */
  #isToBeReplaced(): boolean {
    return this.#listens && !this.#isReceiving && performance.now() - this.#connectedAt > silenceMs;
  }

  async #connect(): Promise<void> {
    this.#drop();
    const { login, clock, breaker, onFound } = this.#options;
    const client = new Client({ ...login.config, connectionTimeoutMillis: timeoutMs });
    this.#opening = client;
    client.on('error', () => {});
    try {
      await client.connect();
      await inTime(timeoutMs, login.welcome(client));
      await inTime(timeoutMs, assertStillUsable(client));
      client.on('notification', ({ payload }) => this.#hear(payload));
      if (this.#listens) await inTime(timeoutMs, client.query(`LISTEN ${channel}`));
      clock.reset();
      await this.#beat(client);
    } catch (error) {
      client.end();
      throw error;
    } finally {
      this.#opening = undefined;
    }
    if (this.#isClosed) return void client.end();
    client.once('end', () => this.#open(client));
    this.#client = client;
    this.#connectedAt = performance.now();
    breaker?.close();
    onFound(client);
    this.#note();
  }

  /** Reads the clock, and sends a notification that must come back. */
  async #beat(client: Client): Promise<void> {
    const { login, clock, node } = this.#options;
    const heard = this.#listens && new Promise<boolean>((resolve) => (this.#onReceived = resolve));
    let askedAt = 0;
    const ask = () => {
      askedAt = performance.now();
      return client.query<{ epochMs: number }>(
        `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS "epochMs"
         ${heard ? `, pg_notify('${channel}', $1)` : ''}`,
        heard ? [JSON.stringify({ node })] : [],
      );
    };
    const { rows } = await inTime(timeoutMs, client.inTurn(ask));
    if (login.isReadOnly(client)) throw new StoreUnavailable(readOnly);
    clock.note(Number(rows[0]?.epochMs), askedAt, performance.now());
    const isReceiving = heard && (await inTime(timeoutMs, heard).catch(() => false));
    if (client !== this.#client && client !== this.#opening) throw new StoreUnavailable(lost);
    this.#isReceiving = isReceiving;
  }

  #hear(payload: string | undefined): void {
    const { node, at } = readNotification(payload) ?? {};
    if (node === this.#options.node) this.#onReceived?.(true);
    else if (node !== undefined && at !== undefined) {
      this.notifications += 1;
      this.#options.onNotification(at);
    }
  }

  /** The server or the network ended the connection: reconnects without waiting for the next heartbeat. */
  #open(client: Client): void {
    if (this.#client !== client) return;
    this.#drop();
    this.#note(new StoreUnavailable(lost));
    this.#onReceived?.(false);
    if (!this.#isTurning) this.#schedule(0);
  }

  #note(error?: unknown): void {
    if (this.#isClosed || this.#isLost === (error !== undefined)) return;
    this.#isLost = error !== undefined;
    this.#options.onChange(error);
  }

  #drop(): void {
    const client = this.#client;
    if (!client) return;
    this.#options.onLost();
    this.#client = undefined;
    client.end();
  }
}
