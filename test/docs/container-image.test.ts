/** The image of docs/deploy/container.md: built from the Containerfile, and run with nothing but what it needs. */

import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, type TestContext, test } from 'vitest';
import { post, send } from '../support/client.ts';
import {
  type Container,
  confined,
  image,
  newVolume,
  refuse,
  startComposed,
  startComposedProxy,
  startContained,
} from '../support/contained-server.ts';
import { followContainerPage } from '../support/container-page.ts';
import { Podman, whyNoContainers } from '../support/containers.ts';
import { read, root } from '../support/docs.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { until } from '../support/process.ts';
import { assertInstalled } from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

let why = whyNoContainers();
const ended: (() => unknown)[] = [];
let podman: Podman;

beforeAll(async () => {
  if (why) return;
  const folder = temporaryFolder((clean) => ended.push(clean));
  podman = new Podman(folder);
  why = await podman.prepare();
  if (why) return;
  await podman.build(root, image);
}, 900_000);

afterAll(async () => {
  await podman?.close();
  for (const clean of ended) await clean();
}, 60_000);

/** A test with containers, skipped aloud where there are none. */
function testInside(title: string, body: (context: TestContext) => Promise<void>): void {
  test(title, async (context) => {
    if (why) context.skip(why);
    await body(context);
  });
}

testInside(
  'the image has at most 180 MB, a user by number, a volume, a health check and labels',
  async () => {
    const [found] = JSON.parse(await podman.do('image', 'inspect', image));
    expect(found.Size).toBeLessThan(180e6);
    expect(found.Size).toBeGreaterThan(100e6);
    const { User, Volumes, Entrypoint, Cmd, ExposedPorts, Labels, Env } = found.Config;
    expect({ User, Volumes, Entrypoint, ExposedPorts }).toEqual({
      User: '65532:65532',
      Volumes: { '/data': {} },
      Entrypoint: ['gatehouse'],
      ExposedPorts: { '3000/tcp': {} },
    });
    expect(Cmd ?? []).toEqual([]);
    expect(found.Healthcheck.Test).toEqual(['CMD', 'node', '/gatehouse/health.js']);
    const { version, license } = JSON.parse(read('package.json'));
    expect(Labels['org.opencontainers.image.version']).toBe(version);
    expect(Labels['org.opencontainers.image.licenses']).toBe(license);
    expect(Env.toSorted()).toEqual(['HOST=0.0.0.0', 'PATH=/usr/local/bin:/usr/bin:/bin', 'TMPDIR=/data']);
  },
);

testInside(
  'the image holds the server, and no shell, package manager, source, secret or history',
  async () => {
    const at = await podman.do('image', 'mount', image);
    expect(readdirSync(join(at, 'gatehouse')).toSorted()).toEqual(
      ['LICENSE', 'NOTICE', 'bin', 'dist', 'health.js', 'node_modules', 'openapi', 'package.json'].toSorted(),
    );
    expect(readdirSync(join(at, 'usr/local/bin')).toSorted()).toEqual(['gatehouse', 'node']);
    expect(readdirSync(join(at, 'data'))).toEqual([]);
    const all = readdirSync(at, { recursive: true }) as string[];
    const others =
      /(?:^|\/)(?:sh|bash|busybox|npm|npx|tsc|apt|apt-get|gcc|\.npmrc|\.git|\.env|gatehouse\.db)$/;
    // Debian has folders of these names, without programs in them.
    expect(
      all.filter((path) => others.test(path) && !/^(?:etc|usr\/share|usr\/lib|var)\//.test(path)),
    ).toEqual([]);
    const lock = JSON.parse(read('package-lock.json')).packages as Record<string, { dev?: boolean }>;
    const development = Object.keys(lock).filter((path) => lock[path]?.dev);
    expect(development.length).toBeGreaterThan(50);
    expect(development.filter((path) => all.includes(`gatehouse/${path}/package.json`))).toEqual([]);
  },
);

testInside(
  'a read-only container without privileges serves, is healthy, and stops in order at SIGTERM',
  async () => {
    const volume = await newVolume(podman);
    const first = await startContained(podman, '--volume', `${volume}:/data`);
    const person = { email: 'user@example.com', password: 'supersecure' };
    const registered = await post(first.url, '/auth/register', person);
    expect(registered.status).toBe(201);
    const session = {
      path: '/auth/session',
      headers: { 'x-session-id': String(registered.json['session_id']) },
    };
    expect((await send(first.url, session)).status).toBe(200);
    expect(await podman.do('exec', first.name, 'gatehouse', 'user', 'list')).toContain(person.email);
    expect(await podman.do('exec', first.name, 'gatehouse', 'doctor')).toContain('gatehouse.db');
    expect((await podman.try('healthcheck', 'run', first.name)).code).toBe(0);

    const stoppingAt = performance.now();
    await podman.do('stop', '--time=20', first.name);
    // Without requests in progress nothing is waited for: a server that does not heed the signal takes all 20 seconds.
    expect(performance.now() - stoppingAt).toBeLessThan(9_000);
    expect(await podman.do('inspect', '--format={{.State.ExitCode}}', first.name)).toBe('0');
    expect(await podman.do('logs', first.name)).toContain('"msg":"stopped"');
    await podman.do('rm', first.name);

    const second = await startContained(podman, '--volume', `${volume}:/data`);
    expect((await send(second.url, session)).status).toBe(200);
  },
);

testInside('workers are the children of the first process, and one that dies leaves no zombie', async () => {
  const { name } = await startContained(podman, '--env=GATEHOUSE_WORKERS=2');
  await until(
    async () => (await podman.do('logs', name)).includes('"listening"') || undefined,
    'both workers',
  );
  const processes = async () =>
    (await podman.do('top', name, 'pid', 'hpid', 'ppid', 'state', 'args'))
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/));
  const [main, ...workers] = (await processes()).toSorted(([a], [b]) => Number(a) - Number(b));
  expect(main?.[0]).toBe('1');
  expect(main?.[4]).toBe('/usr/local/bin/node');
  expect(workers.map(([, , parent]) => parent)).toEqual(['1', '1']);
  const victim = workers[0] ?? [];
  process.kill(Number(victim[1]), 'SIGKILL');
  const pids = (rows: string[][]) => rows.map(([pid]) => pid);
  const after = await until(async () => {
    const now = await processes();
    return now.length === 3 && !pids(now).includes(victim[0]) ? now : undefined;
  }, 'another worker');
  expect(after.map(([, , , state]) => state)).not.toContain('Z');
  await podman.do('stop', '--time=30', name);
  expect(await podman.do('inspect', '--format={{.State.ExitCode}}', name)).toBe('0');
});

testInside('SIGTERM ends a server at once that is still starting', async () => {
  // A database that accepts connections and never answers.
  const silent = createServer();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void silent.close());
  const asked = once(silent, 'connection');
  const { port } = silent.address() as AddressInfo;
  const name = `gatehouse-${port}`;
  onTestFinished(async () => void (await podman.try('rm', '--force', name)));
  const database = `--env=DATABASE_URL=postgres://gatehouse:secret@127.0.0.1:${port}/gatehouse`;
  await podman.run('--detach', `--name=${name}`, '--network=host', ...confined, database, image);
  const [socket] = await asked;
  onTestFinished(() => void socket.destroy());
  await podman.do('stop', '--time=30', name);
  expect(await podman.do('inspect', '--format={{.State.ExitCode}}', name)).toBe('143');
});

testInside('the health check fails where no server answers', async () => {
  const command = ['--network=none', '--entrypoint=node', image, '/gatehouse/health.js'];
  expect((await podman.run('--rm', ...command)).code).toBe(1);
});

testInside(
  'secrets come from files that only the server can read, and are in no description of the container',
  async () => {
    const secret = Buffer.alloc(32, 'k').toString('base64');
    const file = join(temporaryFolder(), 'secret-key');
    writeFileSync(file, `${secret}\n`);
    await podman.do('secret', 'create', 'secret-key', file);
    onTestFinished(async () => void (await podman.try('secret', 'rm', 'secret-key')));
    const given = ['--secret=secret-key,uid=65532,gid=65532,mode=0400'];
    const named = '--env=GATEHOUSE_SECRET_KEY_FILE=/run/secrets/secret-key';
    // Podman mounts secrets into a folder that a read-only image lacks.
    const run = '--tmpfs=/run/secrets';
    const { name } = await startContained(podman, run, ...given, named);
    expect(await podman.do('logs', name)).not.toContain('secret-key');
    expect(await podman.do('inspect', name)).not.toContain(secret);
    const unreadable = await refuse(podman, run, '--secret=secret-key,uid=0,gid=0,mode=0400', named);
    expect([unreadable.code, unreadable.stderr]).toEqual([
      1,
      expect.stringMatching(/Cannot read \/run\/secrets\/secret-key: .*EACCES/),
    ]);
  },
);

testInside('a folder of another user, and a missing volume, are refused with the reason', async () => {
  const folder = join(temporaryFolder(), 'data');
  mkdirSync(folder, { mode: 0o755 });
  const foreign = await refuse(podman, '--volume', `${folder}:/data`);
  expect([foreign.code, foreign.stderr]).toEqual([
    1,
    expect.stringMatching(/EACCES.*read and write access/s),
  ]);
  const without = await refuse(podman, '--image-volume=ignore');
  expect([without.code, without.stderr]).toEqual([
    1,
    expect.stringMatching(/file system is read-only.*EROFS|EROFS.*read-write/s),
  ]);
  rmSync(folder, { recursive: true });
});

testInside('the commands of the page work as they stand, with Podman in the place of Docker', async () => {
  await followContainerPage(podman, root);
});

testInside(
  'the nodes of postgres.yaml serve behind the Caddyfile beside it, and one may stop',
  async (context) => {
    assertInstalled(context, 'caddy');
    const folder = temporaryFolder();
    const server = await sharedPostgres();
    const secrets = { 'database-url': await server.createDatabase(), 'secret-key': 'a'.repeat(64) };
    const nodes = await startComposed(podman, folder, secrets);
    const [first] = nodes as [Container, Container];
    const client = await startComposedProxy(folder, nodes);
    const registered = await client.ask('POST', '/auth/register', {
      email: 'user@example.com',
      password: 'supersecure',
    });
    expect(registered.status, registered.text).toBe(201);
    const headers = { 'x-session-id': JSON.parse(registered.text).session_id };
    let isStopping = true;
    const stopped = podman.do('stop', '--time=20', first.name).finally(() => {
      isStopping = false;
    });
    const statuses: number[] = [];
    while (isStopping) statuses.push((await client.ask('GET', '/auth/session', undefined, headers)).status);
    await stopped;
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await client.ask('GET', '/auth/session', undefined, headers)).status).toBe(200);
    expect(await podman.do('inspect', '--format={{.State.ExitCode}}', first.name)).toBe('0');
  },
);
