/** Bodies that are made while they go out: to `node:http`, HTTP/2 and Fetch. */

import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect, constants, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { BodyStream } from '../../src/http/body-stream.ts';
import type { Answer } from '../../src/http/exchange.ts';
import { toResponse } from '../../src/http/fetch-adapter.ts';
import { type Listener, requestListener } from '../../src/http/node-adapter.ts';

const part = 'x'.repeat(65_536);

/** An answer of so many parts, or of endless ones; it breaks behind some if that is asked for. */
function answerOf({ parts = Number.POSITIVE_INFINITY, breaksAfter = Number.POSITIVE_INFINITY }) {
  const seen = { made: 0, over: [] as unknown[] };
  async function* make() {
    for (; seen.made < parts; seen.made += 1) {
      if (seen.made === breaksAfter) throw new Error('broken on purpose');
      yield part;
    }
  }
  const stream = new BodyStream(make(), (error) => seen.over.push(error));
  const answer: Answer = { status: 200, headers: { 'content-type': 'text/plain' }, stream };
  return { answer, seen };
}

async function serve(answer: Answer): Promise<string> {
  const server = createServer(requestListener({ handle: () => answer })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function asked(url: string, method = 'GET'): Promise<IncomingMessage> {
  const request = get(url, { method, agent: false });
  onTestFinished(() => void request.destroy());
  const [incoming] = (await once(request, 'response')) as [IncomingMessage];
  return incoming;
}

async function lengthOf(incoming: AsyncIterable<Buffer | Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of incoming) length += chunk.length;
  return length;
}

test('all parts arrive without a Content-Length', async () => {
  const { answer, seen } = answerOf({ parts: 40 });
  const incoming = await asked(await serve(answer));
  expect(incoming.headers['content-length']).toBeUndefined();
  expect(await lengthOf(incoming)).toBe(40 * part.length);
  expect(seen.over).toEqual([undefined]);
});

test('parts are made as fast as the client takes them, and no longer when it has gone', async () => {
  const { answer, seen } = answerOf({});
  const incoming = await asked(await serve(answer));
  let before = -1;
  // The buffers of the machine fill up, and then nothing is made any more.
  while (seen.made !== before) {
    before = seen.made;
    await sleep(200);
  }
  expect(seen.over).toEqual([]);
  incoming.destroy();
  await expect.poll(() => seen.over).toEqual([undefined]);
  expect(seen.made).toBeLessThanOrEqual(before + 1);
});

test('an error during the body closes the connection, so that the client notices', async () => {
  const { answer, seen } = answerOf({ breaksAfter: 3 });
  const incoming = await asked(await serve(answer));
  await expect(lengthOf(incoming)).rejects.toThrow('aborted');
  expect(String(seen.over)).toBe('Error: broken on purpose');
});

test('HEAD has the headers of GET, and no part is made', async () => {
  const { answer, seen } = answerOf({});
  const incoming = await asked(await serve(answer), 'HEAD');
  expect([incoming.statusCode, incoming.headers['content-type']]).toEqual([200, 'text/plain']);
  expect(await lengthOf(incoming)).toBe(0);
  expect([seen.made, seen.over]).toEqual([0, [undefined]]);
});

test('over HTTP/2 an error during the body resets the stream', async () => {
  const { answer } = answerOf({ breaksAfter: 1 });
  const listener = requestListener({ handle: () => answer }) as Listener &
    Parameters<typeof createHttp2Server>[1];
  const server = createHttp2Server(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const stream = client.request({ ':path': '/' });
  await expect(lengthOf(stream)).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
  expect(stream.rstCode).toBe(constants.NGHTTP2_INTERNAL_ERROR);
});

test('Fetch gets parts when it asks for them, and an error if one fails', async () => {
  const whole = answerOf({ parts: 3 });
  const response = toResponse(whole.answer, 'GET');
  await sleep(20);
  expect(whole.seen.made).toBe(0);
  expect((await response.text()).length).toBe(3 * part.length);
  expect(whole.seen.over).toEqual([undefined]);

  const left = answerOf({});
  const reader = toResponse(left.answer, 'GET').body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect(left.seen.over).toEqual([undefined]);

  await expect(toResponse(answerOf({ breaksAfter: 1 }).answer, 'GET').text()).rejects.toThrow();
  const head = answerOf({});
  expect(toResponse(head.answer, 'HEAD').body).toBeNull();
  expect(head.seen.over).toEqual([undefined]);
});
