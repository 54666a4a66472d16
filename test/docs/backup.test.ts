/** What docs/operating.md says about backups from cron is done: its script, as cron would run it, beside a busy server. */

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocks, part, root } from '../support/docs.ts';
import { gather, startProcess } from '../support/process.ts';
import { temporaryFolder } from '../support/server.ts';

const [script = ''] = blocks('docs/operating.md', 'sh').filter((block) => block.startsWith('#!/bin/sh'));
const [crontab = ''] = blocks('docs/operating.md', 'crontab');

/** A machine with the script in its place, and a folder that stands for each one of the page. */
function machine(file: string) {
  const folder = temporaryFolder();
  const [bin, backups] = [join(folder, 'bin'), join(folder, 'backups')];
  for (const name of [bin, backups]) mkdirSync(name, { mode: 0o700 });
  const own = script
    .replace('/var/lib/gatehouse/gatehouse.db', file)
    .replace('folder=/var/backups/gatehouse', `folder=${backups}`);
  writeFileSync(join(bin, 'gatehouse-backup'), own, { mode: 0o755 });
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/gatehouse.js')}' "$@"\n`;
  writeFileSync(join(bin, 'gatehouse'), program, { mode: 0o755 });
  const [, fields = '', line = ''] = /^((?:\S+ ){5})(.+)\n$/.exec(crontab) ?? [];
  /** What cron does: the shell, the line, and next to nothing in the environment. */
  const run = async () => {
    const ran = gather(
      spawn('/bin/sh', ['-c', line.replace('/usr/local/bin', bin)], {
        cwd: folder,
        env: { HOME: folder, LOGNAME: 'gatehouse', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const { code } = await ran.exited;
    return { code, stdout: ran.stdout, stderr: ran.stderr };
  };
  return { backups, bin, fields, run, names: () => readdirSync(backups).sort() };
}

test('the page names no other way to back up or restore a file', () => {
  const page = part('docs/operating.md', '## The data folder');
  expect(page).toContain('gatehouse backup');
  expect(page).toContain('gatehouse restore');
  expect(page).not.toMatch(/sqlite3|node -e|DELETE FROM/);
});

test('the line of the crontab backs up a busy server, keeps fourteen, and says nothing', {
  timeout: 120_000,
}, async () => {
  const server = await startProcess({ GATEHOUSE_THROTTLE: 'off' });
  const person = { email: 'ada@example.com', password: 'strongpassword' };
  await server.post('/auth/register', person);
  const { backups, fields, run, names } = machine(server.file);
  expect(fields).toMatch(/^(?:[\d*]+ ){5}$/);
  for (let day = 10; day < 30; day += 1)
    writeFileSync(join(backups, `gatehouse-202601${day}T031700Z.db`), 'old');
  writeFileSync(join(backups, 'precious.db'), 'of another program');

  let isBusy = true;
  let logins = 0;
  const busy = Promise.all(
    [1, 2].map(async () => {
      for (; isBusy; logins += 1) expect((await server.post('/auth/login', person)).status).toBe(200);
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = logins;
  const ran = await run();
  expect(logins).toBeGreaterThan(before);
  isBusy = false;
  await busy;
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, '', '']);

  const kept = names().filter((name) => name.startsWith('gatehouse-'));
  expect(kept).toHaveLength(14);
  expect(kept[0]).toBe('gatehouse-20260117T031700Z.db');
  expect(names()).toContain('precious.db');
  const newest = join(backups, String(kept.at(-1)));
  expect(statSync(newest).mode & 0o777).toBe(0o600);
  expect(readFileSync(newest).subarray(0, 15).toString()).toBe('SQLite format 3');

  await server.stop();
  const again = await startProcess({}, { file: newest });
  expect((await again.post('/auth/login', person)).status).toBe(200);
});

test('a backup that fails says why, ends with its exit code, and removes nothing', async () => {
  const { backups, run, names } = machine('/nowhere/gatehouse.db');
  for (let day = 10; day < 30; day += 1)
    writeFileSync(join(backups, `gatehouse-202601${day}T031700Z.db`), 'old');
  const ran = await run();
  expect([ran.code, ran.stdout]).toEqual([5, '']);
  expect(ran.stderr).toContain('There is no database at /nowhere/gatehouse.db.');
  expect(names()).toHaveLength(20);
});
