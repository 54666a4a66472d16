/** Lines of the log that could not be written are counted, and the log says where they are missing. */

import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { scrape } from '../support/metrics.ts';
import { freePort } from '../support/port.ts';
import { startProcess, type TestProcess, until } from '../support/process.ts';
import { loudlyRefused, openRaw } from '../support/raw.ts';

const counter = 'gatehouse_log_lines_dropped_total';

/** A refusal that leaves two lines and costs nothing else. */
const linesEach = 2;
const crossSite = loudlyRefused('/auth/logout', {});

async function refusals(server: TestProcess, times: number): Promise<void> {
  const raw = await openRaw(server.url);
  let answered = 0;
  let rest = '';
  raw.socket.removeAllListeners('data').on('data', (text: string) => {
    const parts = (rest + text).split('HTTP/1.1 403 ');
    answered += parts.length - 1;
    rest = String(parts.at(-1)).slice(-12);
  });
  for (let sent = 0; sent < times; sent += 100) {
    raw.socket.write(crossSite.repeat(100));
    await until(() => (answered >= sent + 100 ? true : undefined), `${sent + 100} answers`);
  }
  raw.socket.destroy();
}

async function withMetrics() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/metrics`;
  return {
    environment: { GATEHOUSE_METRICS_PORT: String(port) },
    lost: async () => (await scrape(url)).value(counter),
  };
}

test.each([1, 2])('beyond 8 MiB of backlog, with %i worker(s)', { timeout: 120_000 }, async (workers) => {
  const { environment, lost } = await withMetrics();
  const server = await startProcess(
    { ...environment, GATEHOUSE_WORKERS: String(workers) },
    { stdout: 'unread' },
  );
  expect(await lost()).toBe(0);
  // Nearly 12 MB.
  const sent = 24_000;
  await refusals(server, sent / linesEach);
  await expect.poll(lost, { timeout: 30_000 }).toBeGreaterThan(1_000);

  let rest = '';
  let refused = 0;
  const gaps: Record<string, unknown>[] = [];
  const output = server.child.stdout as Readable;
  output.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = String(lines.pop());
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry['msg'] === 'log lines dropped') gaps.push(entry);
      if (/^refusal$|^cross-site request refused$/.test(String(entry['msg']))) refused += 1;
    }
  });
  const missing = () => gaps.reduce((sum, { lines }) => sum + Number(lines), 0);
  await until(() => (refused + missing() >= sent ? true : undefined), 'the whole count');
  expect(refused + missing()).toBe(sent);
  expect(gaps.every(({ level }) => level === 40)).toBe(true);
  expect(gaps).toHaveLength(1);
  expect(await lost()).toBe(missing());

  // What comes afterwards is all there.
  await refusals(server, 100);
  await until(
    () => (refused + missing() === sent + 100 * linesEach ? true : undefined),
    'the lines after it',
  );
  expect(await lost()).toBe(missing());
});

test.skipIf(process.platform !== 'linux')('lines that a full disk does not accept are counted', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const { environment, lost } = await withMetrics();
  const server = await startProcess(environment, { stdout: full });
  await refusals(server, 500);
  // A warning and the addresses of the server and of the metrics are lines too.
  await expect.poll(lost).toBe(500 * linesEach + 3);
});
