/** The limit of logins is hashed under the conditions of a login. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hashingPriority } from '../../bench/hashing-priority.ts';
import { firstLine, spawnOnFirstCore } from '../../bench/processes.ts';

test('bare hashes run at the priority of the hashing threads, and say how many there were and what each cost', async () => {
  const child = spawnOnFirstCore(['bench/hashes.ts', '1000', '1'], {}, []);
  const priority = async () => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  };
  if (process.platform === 'linux') await expect.poll(priority).toBe(hashingPriority());
  const { perSecond, cpuMs } = await firstLine(child);
  expect(Number(perSecond)).toBeGreaterThan(1);
  expect(Number(cpuMs)).toBeGreaterThan(0.1);
});
