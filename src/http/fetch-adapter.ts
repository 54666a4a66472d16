/** Requests and answers of the Fetch standard, for servers that use it. */

import type { BodyStream } from './body-stream.ts';
import {
  type Answer,
  endedEarly,
  type IncomingRequest,
  type RequestHandler,
  readBefore,
} from './exchange.ts';

/** Facts about a request that only the server knows. */
export interface Connection {
  /**
   * The address of the peer, or `unix` if it came over a unix domain socket (with `GATEHOUSE_TRUSTED_PROXIES=unix` the
   * forwarding header of such a peer is trusted). Without it all clients are throttled as one.
   */
  readonly remoteAddress?: string | undefined;
  /** The request target as received, before any URL parser normalises it (ruling G11). */
  readonly target?: string | undefined;
}

/** Serves requests of the Fetch standard with a handler; never rejects. */
export function fetchListener(handler: RequestHandler) {
  return async (request: Request, connection: Connection = {}): Promise<Response> => {
    const answer = await handler.handle(new FetchRequest(request, connection));
    return toResponse(answer, request.method);
  };
}

class FetchRequest implements IncomingRequest {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string | undefined;
  /** The server that parsed the request has refused faults already. */
  readonly fault = undefined;
  readonly #request: Request;

  constructor(request: Request, { remoteAddress, target }: Connection) {
    const { method, url } = request;
    this.method = method;
    this.target = target ?? url.slice(url.indexOf('/', url.indexOf('://') + 3));
    this.remoteAddress = remoteAddress;
    this.#request = request;
  }

  /** A request of HTTP/2 has no `Host`; its server puts `:authority` into the URL. */
  get host(): string | null {
    return this.#request.headers.get('host') ?? new URL(this.#request.url).host;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  async bytes(limit: number): Promise<Uint8Array | undefined> {
    if (this.#request.bodyUsed) throw readBefore();
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of this.#request.body ?? []) {
        chunks.push(chunk);
        length += chunk.byteLength;
        if (length > limit) return undefined;
      }
    } catch (error) {
      throw endedEarly(error);
    }
    return Buffer.concat(chunks);
  }
}

/** @param method of the request: HEAD is answered without a body (RFC 9110, section 9.3.2). */
export function toResponse({ status, headers, body, stream }: Answer, method: string): Response {
  const list = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  if (method === 'HEAD') void stream?.return();
  const content = stream ? readable(stream) : (body ?? null);
  return new Response(method === 'HEAD' ? null : content, { status, headers: list });
}

/** Generates parts on demand, at the speed of the reader. */
function readable(stream: BodyStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await stream.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => void (await stream.return()),
    },
    { highWaterMark: 0 },
  );
}
