/** Follows docs/deploy/container.md as a reader would, in a folder that stands for the root of the machine. */

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { send } from './client.ts';
import type { Podman } from './containers.ts';
import { blocks } from './docs.ts';
import { freePort } from './port.ts';
import { until } from './process.ts';
import { temporaryFolder } from './server.ts';

/** Runs the blocks of commands in the order of the page, from the folder of the sources. Only those of Compose are left out. */
export async function followContainerPage(podman: Podman, sources: string): Promise<void> {
  const [folder, port] = [temporaryFolder(), await freePort()];
  for (const path of ['bin', 'srv', 'etc', 'tmp']) mkdirSync(join(folder, path));
  writeFileSync(join(folder, 'bin/docker'), podman.standIn(port), { mode: 0o755 });
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
    TMPDIR: join(folder, 'tmp'),
  };
  const follow = async (block: string, cwd = folder) => {
    const here = block
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`)
      .replaceAll(/(?<=[\s])\/(etc|srv)\//g, `${folder}/$1/`);
    const { stdout } = await promisify(execFile)('bash', ['-ec', here], { cwd, env });
    return stdout;
  };
  const isReady = async () =>
    (await send(`http://127.0.0.1:${port}`, { path: '/readyz' }).catch(() => undefined))?.status === 200;
  const remove = () => podman.do('rm', '--force', '--time=20', 'gatehouse');
  const page = blocks('docs/deploy/container.md', 'sh');
  const [build = '', , run = '', inFolder = '', backup = '', withSecret = '', compose = ''] = page;

  await follow(build, sources);
  expect(await follow(run)).toContain('{"status":"ready"}');
  await follow(backup);
  expect(readFileSync(join(folder, 'backup.db'), 'latin1')).toMatch(/^SQLite format 3\0/);
  await remove();
  for (const block of [inFolder, withSecret]) {
    await follow(block);
    await until(async () => (await isReady()) || undefined, 'the server in the container');
    await remove();
  }
  expect(compose).toContain('docker compose');
}
