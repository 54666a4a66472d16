/** The page about adding login, followed literally in an empty folder, for the frameworks of this package. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sendExactly } from '../../support/client.ts';
import { part, root } from '../../support/docs.ts';
import { temporaryFolder } from '../../support/server.ts';
import { filesIn, follow, page, tryIt } from '../support/follow.ts';

const modules = [join(import.meta.dirname, 'node_modules')];

describe('an application that is built as the page says works at the first try', () => {
  test.each(['Express', 'Nest', 'Fastify', 'Hono', 'Koa'])('%s', async (framework) => {
    const followed = await follow(`## ${framework}`, modules);
    tryIt(followed);
    expect((await sendExactly(followed.url, { path: '/auth/nothing' })).status).toBeGreaterThanOrEqual(400);
    followed.child.child.kill('SIGTERM');
    const { code, signal } = await followed.child.exited;
    expect([code === 0 || signal === 'SIGTERM', followed.child.stderr]).toEqual([true, '']);
    // The database is closed: what it wrote beside the file is gone.
    expect(filesIn(join(followed.folder, 'data')).filter((name) => /-(?:wal|shm)$/.test(name))).toEqual([]);
  });
});

test('the Express application has at most eight lines of authentication, formatted as this project formats', () => {
  const [, , program = ''] = /^```(js server\.js)\n(.*?)^```$/ms.exec(part(page, '## Express')) ?? [];
  const file = join(temporaryFolder(), 'server.js');
  writeFileSync(file, program);
  const biome = join(root, 'node_modules/.bin/biome');
  execFileSync(biome, ['format', '--write', `--config-path=${root}`, '--vcs-enabled=false', file]);
  const formatted = readFileSync(file, 'utf8');
  expect(formatted).toBe(program);
  const lines = formatted.split('\n').filter((line) => /\bauth\b|gatehouse/.test(line));
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.length).toBeLessThanOrEqual(8);
});
