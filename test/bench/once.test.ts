/** The load that presents every cookie once, against servers that count what they are shown. */

import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type AnsweredOnce, type Once, presentOnce } from '../../bench/once.ts';
import { temporaryFolder } from '../support/server.ts';

const [live, dead] = [500, 40];

/** Presents the cookies of live and dead sessions to a server; resolves to what it was shown, in order, and the answers. */
async function presentTo(
  answer: RequestListener,
  more: Partial<Once> = {},
): Promise<{ shown: string[]; answered: AnsweredOnce }> {
  const shown: string[] = [];
  const server = createServer((request, response) => {
    shown.push(request.headers.cookie ?? '');
    answer(request, response);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const list = join(temporaryFolder(), 'cookies');
  const cookies = { hits: `${list}.hits`, misses: `${list}.misses` };
  writeFileSync(cookies.hits, cookiesOf('live', live).join('\n'));
  writeFileSync(cookies.misses, cookiesOf('dead', dead).join('\n'));
  const once = { url: `http://127.0.0.1:${port}/session`, connections: 8, maxSeconds: 30, cookies };
  return { shown, answered: await presentOnce({ ...once, ...more }) };
}

const cookiesOf = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `s=${kind}${n}`);

const bySession: RequestListener = ({ headers }, response) =>
  response.writeHead(headers.cookie?.startsWith('s=live') ? 200 : 401, { 'content-length': 2 }).end('{}');

test('the warm-up presents every live and every dead session exactly once', async () => {
  const { shown, answered } = await presentTo(bySession);
  expect(shown.sort()).toEqual([...cookiesOf('live', live), ...cookiesOf('dead', dead)].sort());
  expect(answered).toMatchObject({ requests: 540, accepted: 500, refused: 40, failed: 0, left: 0 });
});

test('a cold load presents every live session exactly once, in random order, and no dead one', async () => {
  const { shown, answered } = await presentTo(bySession, { isCold: true, connections: 1 });
  expect(shown).not.toEqual(cookiesOf('live', live));
  expect(shown.sort()).toEqual(cookiesOf('live', live).sort());
  expect(answered).toMatchObject({ requests: 500, accepted: 500, refused: 0, failed: 0, left: 0 });
});

test('a server that is too slow is presented only what fits into the time', async () => {
  const startedAt = performance.now();
  const { shown, answered } = await presentTo(
    async (_, response) => {
      await sleep(100);
      response.end('{}');
    },
    { maxSeconds: 1 },
  );
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(answered.left).toBeGreaterThan(0);
  expect(answered.left + shown.length).toBe(540);
});

test('answers in chunks, and connections that the server closes, are counted', async () => {
  let count = 0;
  const { shown, answered } = await presentTo((_, response) => {
    count += 1;
    if (count % 3 === 0) response.setHeader('connection', 'close');
    response.write('{');
    response.end('}');
  });
  expect(new Set(shown).size).toBe(540);
  expect(answered).toMatchObject({ requests: 540, failed: 0 });
});

test('a request whose connection ends without an answer is counted as failed', async () => {
  const { answered } = await presentTo(({ headers, socket }, response) =>
    headers.cookie === 's=live7' ? void socket.destroy() : bySession({ headers } as never, response as never),
  );
  expect(answered).toMatchObject({ requests: 539, failed: 1, left: 0 });
});
