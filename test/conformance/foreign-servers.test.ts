/** What is no server of the contracts is told so in a clear line, within the bounds of a run. */

import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import {
  jsonReport,
  junitReport,
  outcomeOf,
  peopleReport,
  runConformance,
} from '../../src/conformance/conformance.ts';
import { startRight } from './right-server.ts';

async function started(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const endless: RequestListener = (_request, response) => {
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
};
const huge: RequestListener = (_request, response) => {
  const chunk = Buffer.alloc(65_536, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

test.each<[what: string, basis: RegExp, listener: RequestListener]>([
  ['hangs', /^No whole answer within 0\.3 s/, () => {}],
  ['resets', /closed the connection without a whole answer/, (request) => request.socket.destroy()],
  ['sends chunks without end', /^No whole answer within 0\.3 s/, endless],
  ['sends 100 MB', /longer than 1048576 bytes/, huge],
  [
    'redirects for ever',
    /redirects to \/again \(302\).*give the URL that answers/,
    (_request, response) => void response.writeHead(302, { location: '/again' }).end(),
  ],
  [
    'answers pages of HTML',
    /answers a page of HTML \(200\)/,
    (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  ],
  [
    'compresses what was not asked for',
    /Content-Encoding gzip/,
    (_request, response) => void response.writeHead(400, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
  ],
  [
    'is another server altogether',
    /is no route of this server \(404\)/,
    (_request, response) => void response.writeHead(404).end('nothing here'),
  ],
  [
    'has no server behind its proxy',
    /a proxy does not reach/,
    (_request, response) => void response.writeHead(502).end(),
  ],
])('a server that %s cannot be judged', async (_what, sentence, listener) => {
  const report = await runConformance({ url: await started(listener), timeoutMs: 300 });
  expect(outcomeOf(report)).toBe('unjudged');
  expect(report.unjudged.map(({ contract }) => contract)).toEqual(['envelope', 'rest', 'dotjson']);
  for (const { reason } of report.unjudged) expect(reason).toMatch(sentence);
  expect(report.results).toEqual([]);
  expect(report.ms).toBeLessThan(5000);
  expect(peopleReport(report)).toContain('could not be judged');
  expect(junitReport(report)).toContain('<error message=');
});

test('what does not speak HTTP, does not listen or has no address is told so', async () => {
  const noise = createSocketServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-x\r\n'));
  await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void noise.close());
  const address = noise.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const reasonOf = async (url: string) =>
    (await runConformance({ url, timeoutMs: 3000 })).unjudged[0]?.reason;
  expect(await reasonOf(`http://127.0.0.1:${port}`)).toMatch(/^The answer is not HTTP/);
  const plain = (await started(() => {})).replace('http:', 'https:');
  expect(await reasonOf(plain)).toMatch(/does not speak TLS; perhaps the URL begins with http:/);
  expect(await reasonOf('http://127.0.0.1:1')).toMatch(/^Nothing listens at 127\.0\.0\.1:1/);
  expect(await reasonOf('http://no-such-host.invalid')).toMatch(
    /^No host has the name no-such-host\.invalid/,
  );
  for (const url of ['ftp://example.com', 'nonsense', 'http://a:b@example.com', 'http://example.com/?a=1'])
    await expect(runConformance({ url })).rejects.toThrow(TypeError);
});

test('a server that falls silent in the middle ends the run, and what is left is inconclusive', async () => {
  let requests = 0;
  const right = new URL(await startRight());
  const url = await started((request, response) => {
    requests += 1;
    if (requests > 12) return;
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const answer = await fetch(new URL(request.url ?? '', right), {
        method: request.method ?? 'GET',
        headers: { 'content-type': 'application/json' },
        ...(request.method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
  });
  const report = await runConformance({ url, contracts: ['envelope'], timeoutMs: 300 });
  expect(report.counts.inconclusive).toBeGreaterThan(30);
  expect(report.ms).toBeLessThan(5000);
  expect(report.results.at(-1)?.reason).toMatch(/left 3 requests in a row without an answer/);
});

test('answers that come compressed in the middle of a run are read, and judged like any other', async () => {
  const right = new URL(await startRight());
  let compressed = 0;
  const url = await started((asked, response) => {
    const { method, url: target, headers } = asked;
    const onward = request(new URL(right.origin), { method, path: target, headers }, async (answer) => {
      const bytes = await buffer(answer);
      const isCompressed = answer.statusCode === 200;
      if (isCompressed) compressed += 1;
      const coding = isCompressed ? { 'content-encoding': 'gzip' } : {};
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...coding });
      response.end(isCompressed ? gzipSync(bytes) : bytes);
    });
    asked.pipe(onward);
  });
  const report = await runConformance({ url, contracts: ['envelope'] });
  expect(report.results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  expect(report.counts.passed).toBeGreaterThan(60);
  expect(compressed).toBeGreaterThan(10);
});

test.each<[what: string, id: () => string]>([
  ['has line breaks', () => `a\r\nSet-Cookie: b=${randomUUID()}`],
  ['is no ASCII', () => `é ${randomUUID()}`],
  ['has a hundred thousand characters', () => randomUUID().padEnd(100_000, 'x')],
])('a session id that %s is judged, and never sent back', async (_what, id) => {
  const url = await startRight({ mint: id, cookie: () => 'session_id=x' });
  const report = await runConformance({ url });
  expect(report.requests).toBeLessThanOrEqual(450);
  expect(report.results.find((one) => one.id === 'envelope.id.shape')?.verdict).toBe('failed');
  const ends = report.results.find((one) => one.id === 'envelope.logout.answer');
  // That logout has the id in a cookie, too, which has to make no difference.
  expect(ends?.verdict).toBe('inconclusive');
  expect(report.results.find((one) => one.id === 'rest.logout.cookie.ends')?.reason).toMatch(
    /cannot be sent back/,
  );
  expect(jsonReport(report).length).toBeLessThan(1_000_000);
});

test('session ids in base64 pass all that the contracts themselves say of logouts', async () => {
  const url = await startRight({
    mint: () => randomBytes(18).toString('base64').replace(/^../, '+/'),
  });
  const report = await runConformance({ url, contracts: ['dotjson', 'envelope'] });
  const failed = report.results.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id);
  // The cookie named `session` has letters, digits and hyphens only.
  expect(failed.filter((id) => !/\.id\.(?:shape|adopted)$/.test(id))).toEqual([
    'dotjson.logout.session-cookie',
  ]);
  expect([outcomeOf(report), report.sessionsLeft]).toEqual(['conforms', 0]);
});
