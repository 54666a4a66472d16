/** One HTTP request and its whole answer, bounded in time and bytes; redirects are never followed. */

import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { gunzipSync, inflateSync } from 'node:zlib';

/** What is sent: the path is not normalised, and no header is added but `Host`, `Connection` and `Content-Length`. */
export interface SentRequest {
  readonly method?: string;
  /** The request target, without the base path of the server. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back. */
export interface Answer {
  readonly request: SentRequest;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The longest answer that is read, in bytes. An answer of these contracts has a few hundred. */
const maxBytes = 1_048_576;

/** No answer of HTTP came, or one that is too long. The message is a sentence without a full stop. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * Sends one request on a connection of its own, and reads the whole answer.
 *
 * @throws {NoAnswer} if there is none within `timeoutMs`.
 */
export function exchange(
  base: URL,
  request: SentRequest,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method = 'GET', body } = request;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const target = base.pathname.replace(/\/$/, '') + request.path;
  const send = base.protocol === 'https:' ? requestHttps : requestHttp;
  const sent = send(base, {
    method,
    path: target,
    agent: false,
    headers: { ...length, ...headers, ...request.headers },
  });
  // One timer for the whole exchange, so that an answer that never ends is no answer.
  const seconds = timeoutMs / 1000;
  const timer = setTimeout(
    () => sent.destroy(new NoAnswer(`No whole answer within ${seconds} s`)),
    timeoutMs,
  );
  sent.on('response', (response) => {
    readAll(response).then(
      (bytes) =>
        resolve({
          request,
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: decoded(response, bytes),
        }),
      (error) => reject(noAnswer(error, base)),
    );
  });
  sent.on('error', (error) => reject(noAnswer(error, base)));
  sent.end(body);
  return promise.finally(() => {
    clearTimeout(timer);
    sent.destroy();
  });
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new NoAnswer(`The answer is longer than ${maxBytes} bytes; the rest was not read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The text of a body, unpacked if it came compressed. What cannot be unpacked stays as it is. */
function decoded({ headers }: IncomingMessage, bytes: Buffer): string {
  const unpack = { gzip: gunzipSync, deflate: inflateSync }[headers['content-encoding'] ?? ''];
  try {
    return (unpack ? unpack(bytes, { maxOutputLength: maxBytes }) : bytes).toString();
  } catch {
    return bytes.toString('latin1');
  }
}

/** What went wrong, for a person who wants to know where to look. */
function noAnswer(error: Error & { readonly code?: string }, { host, hostname, protocol }: URL): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { code = '' } = error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new NoAnswer(`No host has the name ${hostname}`);
  if (code === 'ECONNREFUSED') return new NoAnswer(`Nothing listens at ${host}: the connection was refused`);
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return new NoAnswer('The server closed the connection without a whole answer');
  if (code === 'HPE_HEADER_OVERFLOW') return new NoAnswer('The headers of the answer are larger than 16 KiB');
  if (code.startsWith('HPE_'))
    return new NoAnswer(
      `The answer is not HTTP${protocol === 'http:' ? '; perhaps the server speaks https' : ''}`,
    );
  if (code === 'EPROTO' && error.message.includes('wrong version number'))
    return new NoAnswer(`What listens at ${host} does not speak TLS; perhaps the URL begins with http://`);
  if (/CERT|SELF_SIGNED|TLS|SSL|EPROTO/.test(code))
    return new NoAnswer(`TLS failed (${code}): ${error.message}`);
  return new NoAnswer(`The network failed (${code || error.message})`);
}
