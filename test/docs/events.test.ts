/** The page docs/deploy/events.md: its script feeds a webhook at least once, though that fails and hangs, and the script is killed. */

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandEnvironment, commandsOver } from '../support/command.ts';
import { blocks, read, root } from '../support/docs.ts';
import { gather, until } from '../support/process.ts';
import { theProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/server.ts';

const page = 'docs/deploy/events.md';
const script = 'deploy/events/audit-to-webhook.sh';

/** A command starts late on a machine that is busy. */
const patienceMs = 60_000;

type Behaviour = 'accept' | 'fail' | 'hang' | 'accept and cut';

interface Received {
  readonly seq: number;
  readonly key: string | undefined;
  readonly authorization: string | undefined;
  readonly entry: unknown;
}

/** A webhook that behaves as told, request by request, and accepts from then on. */
async function startReceiver(behaviours: Behaviour[]) {
  const accepted: Received[] = [];
  const requests: Behaviour[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const behaviour = behaviours.shift() ?? 'accept';
    requests.push(behaviour);
    if (behaviour === 'hang') return;
    if (behaviour === 'fail') return response.writeHead(503).end();
    const entry = JSON.parse(body) as { seq: number };
    const { authorization, 'idempotency-key': key } = request.headers;
    accepted.push({ seq: entry.seq, key: key?.toString(), authorization, entry });
    return behaviour === 'accept' ? response.writeHead(204).end() : request.socket.destroy();
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, accepted, requests };
}

/** The script of the page with a `gatehouse` of its own on the path, and with shorter waits. */
async function prepare(file: string) {
  const folder = temporaryFolder();
  const program = join(folder, 'gatehouse');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${await theProgram()}' "$@"\n`);
  chmodSync(program, 0o755);
  const quick = join(folder, 'script.sh');
  const text = read(script).replace('timeout=15', 'timeout=1').replace('sleep "$pause"', 'sleep 0.1');
  expect(text).toContain('sleep 0.1');
  writeFileSync(quick, text);
  const environment = commandEnvironment({ file });
  return (args: readonly string[]) =>
    gather(
      spawn('sh', [quick, ...args], {
        env: { ...environment, PATH: `${folder}:${environment['PATH']}` },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own, so that all of it can be killed at once, as systemd does.
        detached: true,
      }),
    );
}

test('the script posts every entry at least once and in order, to a webhook that fails and hangs, across a kill', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'gatehouse.db');
  const [position, config] = [join(folder, 'position'), join(folder, 'curl')];
  writeFileSync(config, blocks(page, 'text')[0] ?? '');
  const run = commandsOver(file);
  await run('user add ada');
  await run('user disable ada');
  const receiver = await startReceiver(['fail', 'accept', 'hang', 'accept and cut', 'fail', 'accept']);
  const start = await prepare(file);
  const reached = (count: number, child: ReturnType<typeof start>) =>
    until(
      () => ((receiver.accepted.at(-1)?.seq ?? 0) >= count ? true : undefined),
      `entry ${count}; standard error: ${child.stderr}`,
      child.exited,
      patienceMs,
    );
  const killed = start([receiver.url, position, config]);
  await reached(3, killed);
  process.kill(-Number(killed.child.pid), 'SIGKILL');
  await killed.exited;
  await run('user enable ada');
  const again = start([receiver.url, position, config]);
  await reached(4, again);
  await until(() => (readFileSync(position, 'utf8').startsWith('4:') ? true : undefined), 'the position');
  process.kill(-Number(again.child.pid), 'SIGTERM');
  await again.exited;

  const { json } = await run('audit export');
  expect(json).toHaveLength(4);
  const seqs = receiver.accepted.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  // The entry whose answer was lost came again.
  expect(seqs.filter((seq) => seq === 2).length).toBeGreaterThan(1);
  const firsts = receiver.accepted.filter(({ seq }, n) => seqs.indexOf(seq) === n);
  expect(firsts.map(({ entry }) => entry)).toEqual(json);
  for (const { seq, key, authorization } of receiver.accepted)
    expect([key, authorization]).toEqual([String(seq), 'Bearer 0123456789']);
  expect(receiver.requests.slice(0, 6)).toEqual([
    'fail',
    'accept',
    'hang',
    'accept and cut',
    'fail',
    'accept',
  ]);
  expect(readFileSync(position, 'utf8')).toBe(`4:${json[3]?.['hash']}\n`);
});

test('the script fails with the sentence of the command where the audit does not contain its position', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'gatehouse.db');
  await commandsOver(file)('user add ada');
  const position = join(folder, 'position');
  writeFileSync(position, '17:'.padEnd(67, '0'));
  const start = await prepare(file);
  const failed = start(['http://127.0.0.1:9/', position]);
  expect((await failed.exited).code).toBe(1);
  expect(failed.stderr).toContain('The audit does not contain the entry 17 with this hash');
  expect(readFileSync(position, 'utf8')).toBe('17:'.padEnd(67, '0'));
});

test('the page names the script, and systemd reads its unit', (context) => {
  const [unit = ''] = blocks(page, 'ini');
  for (const text of [unit, read(page)]) expect(text).toContain(script);
  expect(existsSync(join(root, script))).toBe(true);
  if (spawnSync('systemd-analyze', ['--version']).error)
    context.skip('systemd is not installed: apt-get install systemd');
  const file = join(temporaryFolder(), 'gatehouse-events.service');
  writeFileSync(file, unit.replace('/srv/gatehouse', root));
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  const about = verified.stderr.split('\n').filter((line) => line.includes('gatehouse-events'));
  expect([verified.status, about]).toEqual([0, []]);
});
