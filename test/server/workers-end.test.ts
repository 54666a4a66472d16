/** Workers end with their supervisor, in order, whatever ends it; and what they counted does not end with them. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { part, rows, withoutTicks } from '../support/docs.ts';
import { metricsUrl, type Scraped, scrape } from '../support/metrics.ts';
import { gather, root, type TestProcess, until, within } from '../support/process.ts';
import { openRaw, written } from '../support/raw.ts';
import { temporaryFolder } from '../support/server.ts';
import { allOf, clientsOf, lives, onLinux, startWorkers, workersOf } from '../support/workers.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

/** A tenth of a second of one core each: enough for a signal to arrive in the middle of several. */
const slowHash = { GATEHOUSE_PBKDF2_ITERATIONS: '300000' };

const told = (server: TestProcess, what: string) => server.log.filter(({ msg }) => msg === what);

/** Connections whose logins are being hashed, in every worker most likely. */
async function loggingIn(server: TestProcess) {
  await server.post('/auth/register', person);
  const logins = await Promise.all(Array.from({ length: 4 }, () => openRaw(server.url)));
  for (const { socket } of logins) socket.on('error', () => {}).write(written('/auth/login', person));
  // Asked later and answered on every connection's worker or another: the logins have been read.
  for (let i = 0; i < 20; i += 1) await server.send({ path: '/healthz' });
  return logins;
}

onLinux.for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s: logins that are being hashed get their answers, and the code is 0 once all are gone',
  async (signal) => {
    const server = await startWorkers(2, slowHash);
    const workers = await allOf(server, 2);
    const logins = await loggingIn(server);
    expect(await within(9_000, server.stop(signal), 'the end')).toEqual({ code: 0, signal: null });
    expect(logins.map(({ answers }) => answers.map(({ status }) => status))).toEqual(Array(4).fill([200]));
    expect(workers.filter(lives)).toEqual([]);
    expect(server.log.slice(-1)).toMatchObject([{ msg: 'stopped' }]);
    expect(server.log.filter(({ level }) => level >= 50)).toEqual([]);
  },
);

onLinux('a signal to all processes of a group, as a terminal sends it, counts once', async () => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [join(root, 'bin/gatehouse.js')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', GATEHOUSE_WORKERS: '3' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const server = gather(child);
  await until(() => /"msg":"listening"/.exec(server.stdout) ?? undefined, 'the start', server.exited);
  const workers = [...workersOf({ child }).values()];
  expect(workers).toHaveLength(3);
  for (let i = 0; i < 3; i += 1) process.kill(-Number(child.pid), 'SIGINT');
  expect(await within(9_000, server.exited, 'the end')).toEqual({ code: 0, signal: null });
  expect(server.stdout.match(/"msg":"(?!listening).*?"/g)).toEqual([
    '"msg":"stopping"',
    '"msg":"audit end"',
    '"msg":"stopped"',
  ]);
  expect(workers.filter(lives)).toEqual([]);
});

onLinux.concurrent(
  'a signal to a worker alone has no effect on it or on others',
  async ({ onTestFinished }) => {
    const server = await startWorkers(2, {}, { atEnd: onTestFinished });
    const workers = await allOf(server, 2);
    for (const pid of workers) {
      process.kill(pid, 'SIGTERM');
      process.kill(pid, 'SIGHUP');
    }
    await wait(300);
    expect(await allOf(server, 2)).toEqual(workers);
    expect((await server.send({ path: '/readyz' })).status).toBe(200);
  },
);

onLinux.concurrent('a second signal ends it at once, and no process is left', async ({ onTestFinished }) => {
  const server = await startWorkers(2, {}, { atEnd: onTestFinished });
  const workers = await allOf(server, 2);
  const unfinished = await openRaw(server.url);
  unfinished.socket.on('error', () => {}).write(written('/auth/login', person).slice(0, -1));
  await server.send({ path: '/healthz' });
  server.child.kill('SIGTERM');
  await until(() => told(server, 'stopping')[0], 'the end to begin');
  await wait(1_200);
  expect(server.child.exitCode).toBeNull();
  expect(await within(3_000, server.stop(), 'the end')).toEqual({ code: 1, signal: null });
  await until(() => (workers.some(lives) ? undefined : true), 'the workers to be gone');
});

onLinux.concurrent(
  'a client that never finishes its request is cut off after 10 seconds',
  async ({ onTestFinished }) => {
    const server = await startWorkers(2, {}, { atEnd: onTestFinished });
    const raw = await openRaw(server.url);
    raw.socket.on('error', () => {}).write(written('/auth/login', person).slice(0, -1));
    for (let i = 0; i < 20; i += 1) await server.send({ path: '/healthz' });
    const askedAt = performance.now();
    expect(await within(13_000, server.stop(), 'the end')).toEqual({ code: 0, signal: null });
    expect(performance.now() - askedAt).toBeGreaterThan(9_900);
    await raw.closed;
  },
);

onLinux.concurrent(
  'a supervisor that is killed leaves no orphans, and its workers finish their requests',
  async ({ onTestFinished }) => {
    const server = await startWorkers(2, slowHash, { atEnd: onTestFinished });
    const workers = await allOf(server, 2);
    const logins = await loggingIn(server);
    server.child.kill('SIGKILL');
    await until(() => (workers.some(lives) ? undefined : true), 'the orphans to end', undefined, 10_000);
    expect(logins.map(({ answers }) => answers.map(({ status }) => status))).toEqual(Array(4).fill([200]));
  },
);

onLinux.concurrent(
  'one that is killed in the middle of its start leaves no orphans either',
  async ({ onTestFinished }) => {
    const server = await startWorkers(2, {}, { atEnd: onTestFinished });
    const [first] = await allOf(server, 2);
    process.kill(Number(first), 'SIGKILL');
    const young = await until(
      () => [...workersOf(server).values()].find((pid) => pid > Number(first)),
      'another',
    );
    server.child.kill('SIGKILL');
    await until(() => (lives(young) ? undefined : true), 'its end', undefined, 10_000);
  },
);

/** The names, kinds and labels of what is in a text of metrics. */
function described({ metrics }: Scraped, pattern: RegExp): string[][] {
  return [...metrics]
    .filter(([name]) => pattern.test(name))
    .map(([name, { kind, samples }]) => {
      const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
      return [name, kind, [...labels].join(', ')];
    });
}

onLinux('metrics are those of all workers, and do not go back when one of them dies', async () => {
  const server = await startWorkers(3, { GATEHOUSE_METRICS_PORT: '0' });
  const url = await metricsUrl(server);
  const clients = await clientsOf(server, 3);
  const before = await scrape(url);
  const outcome = { event: 'login', outcome: 'unknown_account' };
  const logins = before.value('gatehouse_events_total', outcome);
  expect(logins).toBeGreaterThanOrEqual(3);
  for (const client of clients.values()) {
    for (let i = 0; i < 5; i += 1) await client.get('/auth/session');
  }
  const after = await scrape(url);
  expect(after.value('gatehouse_session_checks_total', { outcome: 'none' })).toBe(15);
  expect(after.value('gatehouse_workers')).toBe(3);
  for (const worker of ['1', '2', '3']) {
    expect(after.value('gatehouse_build_info', { worker })).toBe(1);
    expect(after.value('process_resident_memory_bytes', { worker })).toBeGreaterThan(1e7);
  }
  // A service whose counters shrink would seem to have started anew.
  process.kill(Number(workersOf(server).get(2)), 'SIGKILL');
  await until(() => told(server, 'worker died')[0], 'the line about its death');
  const missing = await scrape(url);
  expect(missing.value('gatehouse_session_checks_total', { outcome: 'none' })).toBe(15);
  expect(missing.value('gatehouse_events_total', outcome)).toBe(logins);
  await until(() => told(server, 'worker replaced')[0], 'another');
  const again = await scrape(url);
  expect(again.value('gatehouse_session_checks_total', { outcome: 'none' })).toBe(15);
  expect(again.value('gatehouse_worker_deaths_total')).toBe(1);
  expect(again.value('process_resident_memory_bytes', { worker: '2' })).toBeGreaterThan(1e7);
});

onLinux('a worker that hangs does not delay the metrics of the others', async () => {
  const server = await startWorkers(2, { GATEHOUSE_METRICS_PORT: '0' });
  const url = await metricsUrl(server);
  const before = await scrape(url);
  const hanging = Number(workersOf(server).get(1));
  process.kill(hanging, 'SIGSTOP');
  onTestFinished(() => void process.kill(hanging, 'SIGKILL'));
  const read = await within(5_000, scrape(url), 'the metrics');
  expect(read.metrics.size).toBe(before.metrics.size);
});

onLinux('the page about metrics knows what is different with several workers', async () => {
  const scraped = await scrape(await metricsUrl(await startWorkers(2, { GATEHOUSE_METRICS_PORT: '0' })));
  const documented = rows(part('docs/metrics.md', '## Several workers'))
    .filter(([name]) => /^`\w+`$/.test(name ?? ''))
    .map(([name, kind, labels]) => [withoutTicks(name), kind, String(labels).replaceAll(/`|^–$/g, '')]);
  expect(described(scraped, /^gatehouse_worker/)).toEqual(documented);
  const marked = described(scraped, /^gatehouse_/).filter(([, , labels]) =>
    /\bworker\b/.test(String(labels)),
  );
  expect(marked.map(([name]) => name)).toEqual(['gatehouse_build_info']);
  const ofProcess = described(scraped, /^(?!gatehouse_)/).filter(([, , labels]) => labels !== '');
  expect(ofProcess.filter(([, , labels]) => !/\bworker\b/.test(String(labels)))).toEqual([]);
});
