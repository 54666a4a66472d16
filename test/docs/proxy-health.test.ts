/** How proxies ask whether a node is ready. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../support/port.ts';
import { startProcess } from '../support/process.ts';
import { assertInstalled, startProxy } from '../support/reverse-proxies.ts';
import { temporaryFolder } from '../support/server.ts';

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
  const client = await startProxy('haproxy', ['-db', '-f', file], port, { isPlain: true });
  // Several checks later it is still believed to be up.
  await sleep(1_000);
  expect((await client.ask('GET', '/readyz')).status).toBe(200);
});
