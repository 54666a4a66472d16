/**
 * The keeper is a program that ends every PostgreSQL server below a folder, and removes the folder, once its standard
 * input is closed.
 *
 * The pipe closes when the process that started the servers is gone, however it went: a test run that was interrupted
 * or killed leaves nothing behind.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { endServer, removeFolder } from './remains.ts';

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('Say which folder to keep.');

// An interrupt of the tests may reach the keeper too.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});

process.stdin.resume().on('close', async () => {
  const servers = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  await Promise.all(servers.map(({ name }) => endServer(join(folder, name, 'data'))));
  removeFolder(folder);
});
