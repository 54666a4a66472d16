/** Answers protocol errors and CONNECT on the raw socket, and closes the connection. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ProtocolError, refuseRaw } from '../http/protocol-errors.ts';
import type { Hsts } from '../settings/settings.ts';
import type { Metric } from '../storage/port/port.ts';
import { STATUS_CODES } from './node-http.ts';

/**
 * The time for a client to read its answer and close its side, in milliseconds. Closing at once may destroy the answer on
 * its way (RFC 9112, section 9.6).
 */
const lingerMs = 1_000;

/** The property of a socket with its last response; earlier ones are sent before it. A weak map costs ten times as much. */
const lastResponse = Symbol('lastResponse');

type TrackedSocket = Socket & { [lastResponse]?: ServerResponse };

export class ClientErrors {
  readonly #hsts: Hsts;
  readonly #counts: Record<ProtocolError, number> = { malformed: 0, headers_too_large: 0, too_slow: 0 };
  readonly #refused = new WeakSet<Socket>();

  constructor(hsts: Hsts) {
    this.#hsts = hsts;
  }

  /** Records the response to a new request. */
  track(response: ServerResponse): void {
    (response.req.socket as TrackedSocket)[lastResponse] = response;
  }

  /** Protocol errors since the start of this process, by reason. */
  metric(): Metric {
    return {
      kind: 'counter',
      name: 'gatehouse_protocol_errors_total',
      help: 'Requests that could not be parsed or did not arrive in time, by reason.',
      samples: Object.entries(this.#counts).map(([reason, value]) => ({ labels: { reason }, value })),
    };
  }

  /** Refuses a request that could not be parsed or did not arrive in time. Only the socket is available for the answer. */
  refuse(socket: Socket, error?: NodeJS.ErrnoException): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    socket.on('error', () => {});
    if (error?.code === 'ECONNRESET') return void socket.destroy();
    const fault = faultOf(error?.code);
    this.#counts[fault] += 1;
    if (!socket.writable || !this.#isFree(socket)) return void socket.destroy();
    const { status, headers, body } = refuseRaw(fault, this.#hsts);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  }

  /**
   * Whether the client would read a refusal as the answer to the faulty request: not while an earlier request waits for its
   * answer, and not if this request was answered already.
   */
  #isFree(socket: Socket): boolean {
    const last = (socket as TrackedSocket)[lastResponse];
    if (!last) return true;
    if (!last.req.complete) return last.socket === socket && !last.headersSent;
    return last.writableEnded && (last.socket === socket || last.writableFinished);
  }
}

function faultOf(code: string | undefined): ProtocolError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too_slow';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed';
}
