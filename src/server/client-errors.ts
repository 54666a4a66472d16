/** Refuses what never became a request, on the connection it came from, and lets go of that connection. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type RawFault, refuseRaw } from '../http/protocol-errors.ts';
import type { Hsts } from '../settings/settings.ts';
import type { Metric } from '../storage/port/port.ts';
import { STATUS_CODES } from './node-http.ts';

/**
 * How long a refused client has to read its answer and close its side. Hanging up at once may destroy the answer on
 * its way (RFC 9112, section 9.6).
 */
const lingerMs = 1_000;

/** Where a connection keeps the answer owed last on it; earlier ones go out before it. A weak map costs ten times as much. */
const owed = Symbol('owed');

type Owing = Socket & { [owed]?: ServerResponse };

export class Refuser {
  readonly #hsts: Hsts;
  readonly #counts: Record<RawFault, number> = { malformed: 0, headers_too_large: 0, too_slow: 0 };
  readonly #refused = new WeakSet<Socket>();

  constructor(hsts: Hsts) {
    this.#hsts = hsts;
  }

  /** Notes that a request arrived and has an answer coming. */
  owes(outgoing: ServerResponse): void {
    (outgoing.req.socket as Owing)[owed] = outgoing;
  }

  /** How often there was what, since this process began. */
  metric(): Metric {
    return {
      kind: 'counter',
      name: 'gatehouse_protocol_errors_total',
      help: 'What never became a request, by reason.',
      samples: Object.entries(this.#counts).map(([reason, value]) => ({ labels: { reason }, value })),
    };
  }

  /** Refuses what could not be parsed or did not arrive in time: it has only a socket to be answered on. */
  refuseSocket(socket: Socket, error?: NodeJS.ErrnoException): void {
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
   * Whether a refusal would be read as the answer to what is refused: not while an earlier request waits for its
   * answer, nor where this one was answered already.
   */
  #isFree(socket: Socket): boolean {
    const last = (socket as Owing)[owed];
    if (!last) return true;
    if (!last.req.complete) return last.socket === socket && !last.headersSent;
    return last.writableEnded && (last.socket === socket || last.writableFinished);
  }
}

function faultOf(code: string | undefined): RawFault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'too_slow';
  return code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'malformed';
}
