/** Several workers behind one port are one service: they start as one, know the same, and one that dies is replaced. */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { openClient } from '../support/agent.ts';
import { Ledger, type Owner } from '../support/ledger.ts';
import { freePort } from '../support/port.ts';
import { failToStart, type TestProcess, until } from '../support/process.ts';
import { openRaw, written } from '../support/raw.ts';
import { temporaryFolder } from '../support/server.ts';
import { allOf, clientsOf, lives, onLinux, startWorkers, workersOf } from '../support/workers.ts';

const person = { email: 'user@example.com', password: 'strongpassword' };

const told = (server: TestProcess, what: string) => server.log.filter(({ msg }) => msg === what);

onLinux('all of them serve one port, which is logged once', async () => {
  const server = await startWorkers(3);
  expect(told(server, 'listening')).toMatchObject([{ url: server.url, workers: 3 }]);
  expect(server.stderr.match(/Gatehouse listens on /g)).toHaveLength(1);
  expect([...workersOf(server).keys()].sort()).toEqual([1, 2, 3]);
  const clients = await clientsOf(server, 3);
  expect([...clients.keys()].sort()).toEqual([1, 2, 3]);
  for (const client of clients.values()) {
    for (const path of ['/healthz', '/readyz']) expect((await client.get(path)).status).toBe(200);
  }
  // Lines of workers have the number of the worker, lines of the supervisor have none.
  expect(server.log.filter(({ audit }) => audit).every(({ worker }) => Number(worker) > 0)).toBe(true);
  expect(told(server, 'listening')[0]).not.toHaveProperty('worker');
});

onLinux(
  'one worker is one process without a supervisor, and a supervisor loads no part of the server',
  async () => {
    const folder = temporaryFolder();
    const spy = join(folder, 'spy.cjs');
    writeFileSync(
      spy,
      `const loaded = [];
    require('node:module').registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    process.on('exit', () => require('node:fs').writeFileSync(
      ${JSON.stringify(folder)} + '/' + process.pid, loaded.join('\\n')));`,
    );
    const loadedBy = async (workers: number) => {
      const server = await startWorkers(workers, { NODE_OPTIONS: `--require=${spy}` }, { isSources: true });
      expect(workersOf(server).size).toBe(workers === 1 ? 0 : workers);
      await server.post('/auth/register', person);
      const line = await until(() => told(server, 'register')[0], 'the line of the registration');
      expect('worker' in line).toBe(workers > 1);
      await server.stop();
      const files = readFileSync(join(folder, String(server.child.pid)), 'utf8').split('\n');
      return (pattern: RegExp) => files.some((url) => pattern.test(url));
    };
    const alone = await loadedBy(1);
    expect(alone(/src\/gatehouse\.ts$/)).toBe(true);
    expect(alone(/src\/(?:server\/(?:supervisor|workers?|worker-handle)|metrics\/aggregate)\.ts$/)).toBe(
      false,
    );
    const supervisor = await loadedBy(2);
    expect(supervisor(/src\/server\/workers\.ts$/)).toBe(true);
    expect(
      supervisor(/src\/(?:gatehouse|open-services)\.ts$|src\/(?:http|usecases|concepts)\/|hono|sqlite/),
    ).toBe(false);
  },
);

onLinux(
  'a session made through one worker is known to all at once, and ended in one it is dead in all',
  async () => {
    const server = await startWorkers(4);
    const clients = [...(await clientsOf(server, 4)).values()];
    const everywhere = async (id: string) =>
      Promise.all(
        clients.map(async (client) => (await client.get('/auth/session', { 'x-session-id': id })).status),
      );
    await server.post('/auth/register', person);
    for (let round = 0; round < 24; round += 1) {
      const login = await clients[round % 4]?.post('/auth/login', person);
      const id = String(login?.json['session_id']);
      expect(await everywhere(id)).toEqual([200, 200, 200, 200]);
      const logout = await clients[(round + 1 + (round >> 2)) % 4]?.post(
        '/auth/logout',
        {},
        { 'x-session-id': id },
      );
      expect(logout?.status).toBe(204);
      expect(await everywhere(id)).toEqual([401, 401, 401, 401]);
    }
  },
);

onLinux('a start that fails says so once, with code 1, and leaves no process behind', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const notADatabase = join(temporaryFolder(), 'gatehouse.db');
  writeFileSync(notADatabase, 'This is not a database.');
  const reasons: [environment: Record<string, string>, sentence: string][] = [
    [{ PORT: String(port) }, 'Another program listens there: stop it or choose another PORT.'],
    [{ GATEHOUSE_METRICS_PORT: String(port) }, 'or choose another GATEHOUSE_METRICS_PORT.'],
    [{ HOST: '192.0.2.1' }, 'HOST must be an address of this machine.'],
    [{ DATABASE_URL: `file:${notADatabase}` }, 'Restore it from a backup.'],
    [{ GATEHOUSE_WORKERS: '65' }, 'GATEHOUSE_WORKERS is "65"; expected a whole number from 1 to 64.'],
    [
      { DATABASE_URL: 'postgres://db.example/gate', GATEHOUSE_WORKERS: '3' },
      'GATEHOUSE_DATABASE_CONNECTIONS must be 12 or more: 4 for each worker.',
    ],
  ];
  for (const [environment, sentence] of reasons) {
    const ended = await failToStart({ GATEHOUSE_WORKERS: '4', ...environment });
    expect(ended.stderr.trim().split('\n')).toEqual([
      'Gatehouse cannot start.',
      expect.stringContaining(sentence),
    ]);
    expect([ended.code, ended.stdout]).toEqual([1, '']);
  }
});

onLinux('two servers with workers do not share a port, though their workers could', async () => {
  const port = String(await freePort());
  await startWorkers(2, { PORT: port });
  const ended = await failToStart({ PORT: port, GATEHOUSE_WORKERS: '2' });
  expect(ended.stderr).toContain('Another program listens there');
});

onLinux(
  'a worker that is killed under load is replaced, the others go on, and nothing acknowledged is lost',
  {
    timeout: 60_000,
  },
  async () => {
    const server = await startWorkers(3);
    const client = openClient(server.url, 12);
    const ledger = new Ledger();
    const errors: (string | undefined)[] = [];
    let isOver = false;
    const write = async (writer: number) => {
      for (let i = 0; !isOver; i += 1) {
        const owner: Owner = {
          contract: 'rest',
          name: `w${writer}.${i}@example.com`,
          password: person.password,
        };
        try {
          await ledger.register(client, owner);
          await ledger.logout(client, 'rest', await ledger.login(client, owner));
        } catch (error) {
          errors.push((error as NodeJS.ErrnoException).code ?? String(error));
        }
      }
    };
    const writing = Promise.all(Array.from({ length: 12 }, (_, writer) => write(writer)));
    for (let kills = 1; kills <= 4; kills += 1) {
      const before = await allOf(server, 3);
      const [accounts, victim] = [ledger.accounts.length, before[kills % 3] as number];
      process.kill(victim, 'SIGKILL');
      await until(() => (lives(victim) ? undefined : true), 'its end');
      await until(() => (ledger.accounts.length > accounts + 20 ? true : undefined), 'others to go on');
      await until(() => told(server, 'worker replaced')[kills - 1], 'another in its place');
    }
    isOver = true;
    await writing;
    // Connections to it were reset; no request was refused, shed, or delayed.
    expect(new Set(errors)).toEqual(new Set(errors.length > 0 ? ['ECONNRESET'] : []));
    expect(errors.length).toBeLessThan(4 * 12);
    expect(await ledger.broken(client)).toEqual([]);
    client.close();
    expect(told(server, 'worker died')).toMatchObject(Array(4).fill({ level: 50, ended: 'SIGKILL' }));
    expect([...workersOf(server).keys()].sort()).toEqual([1, 2, 3]);
  },
);

onLinux('a worker that dies again and again is replaced after longer and longer pauses', async () => {
  const server = await startWorkers(2);
  const deaths = () => told(server, 'worker died');
  for (let death = 1; death <= 4; death += 1) {
    const pid = await until(() => workersOf(server).get(2), 'the worker');
    process.kill(pid, 'SIGKILL');
    await until(() => deaths()[death - 1], 'the line about its death');
  }
  expect(deaths()).toMatchObject([100, 200, 400, 800].map((pauseMs) => ({ worker: 2, pauseMs })));
  expect((await server.send({ path: '/healthz' })).status).toBe(200);
});

onLinux('lines of the log come whole, however many are written at once', async () => {
  const server = await startWorkers(3);
  const crossSite = written('/auth/login', person, { origin: 'https://elsewhere.example' });
  const [batches, each] = [4, 50];
  const connections = await Promise.all(Array.from({ length: 16 }, () => openRaw(server.url)));
  // More lines at once than fit into one write that a pipe takes whole.
  for (let batch = 1; batch <= batches; batch += 1) {
    for (const { socket } of connections) socket.write(crossSite.repeat(each));
    await until(
      () => connections.every(({ answers }) => answers.length === batch * each) || undefined,
      'all answers',
    );
  }
  const refusals = () => server.log.filter(({ msg }) => msg === 'refusal');
  await until(() => refusals().length === connections.length * batches * each || undefined, 'all lines');
  expect(new Set(refusals().map(({ worker }) => worker)).size).toBeGreaterThan(1);
  const longest = Math.max(...refusals().map((line) => JSON.stringify(line).length));
  expect(longest * each).toBeGreaterThan(4_096);
});
