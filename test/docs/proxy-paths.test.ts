/** What proxies hand over, and how they ask whether a node is ready. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createGatehouse } from '../../src/gatehouse.ts';
import { readSettings } from '../../src/settings/read-settings.ts';
import { blocks } from '../support/docs.ts';
import { freePort } from '../support/port.ts';
import { startProcess } from '../support/process.ts';
import { assertInstalled, startProxy, writeNginx } from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

test('nginx hands over exactly the paths that are owned, and their neighbours to the application', async (context) => {
  assertInstalled(context, 'nginx');
  const node = await startProcess();
  const application = createServer((_, outgoing) => void outgoing.end('the application'));
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void application.close());
  const address = `127.0.0.1:${(application.address() as AddressInfo).port}`;
  const [port, folder] = [await freePort(), temporaryFolder()];
  const [location = ''] = blocks('docs/operating.md', 'nginx').filter((text) =>
    text.startsWith('location ~'),
  );
  const owned = location.replace('http://127.0.0.1:3000', node.url);
  const args = writeNginx(
    folder,
    `server { listen 127.0.0.1:${port}; location = /readyz { proxy_pass ${node.url}; } ${owned}
     location / { proxy_pass http://${address}; } }`,
  );
  await startProxy('nginx', args, port, `http://127.0.0.1:${port}`);
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    return { isOurs: answer.headers.has('x-request-id'), text: await answer.text() };
  };
  const gatehouse = await createGatehouse({
    settings: readSettings({ DATABASE_URL: `file:${folder}/gatehouse.db` }),
  });
  onTestFinished(() => gatehouse.close());
  for (const path of gatehouse.paths)
    expect(await ask(path.replace(':handle', 'abc')), path).toMatchObject({ isOurs: true });
  for (const path of [
    '/',
    '/auth',
    '/auth/vault-key',
    '/auth/login/',
    '/api/auth/other',
    '/other.json',
    '/healthz',
  ])
    expect(await ask(path), path).toEqual({ isOurs: false, text: 'the application' });
});

test('HAProxy: its default health check, HTTP/1.0 without Host, finds a node ready', async (context) => {
  assertInstalled(context, 'haproxy');
  const node = await startProcess();
  const [port, file] = [await freePort(), join(temporaryFolder(), 'haproxy.cfg')];
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend public
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  option httpchk GET /readyz
  server one ${new URL(node.url).host} check inter 100ms
`,
  );
  const url = `http://127.0.0.1:${port}`;
  await startProxy('haproxy', ['-db', '-f', file], port, url);
  // Several checks later it is still believed to be up.
  await sleep(1_000);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});
