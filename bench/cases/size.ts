/** What an installation takes up: the package and everything it depends on. */

import { mkdtempSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { closureOf, installedBytes, installInto } from '../installed.ts';
import { install, peersFolder } from '../peers.ts';
import { betterAuth } from '../targets.ts';

export async function measureSizes(bench: Bench): Promise<void> {
  const group = 'an installation';
  install();
  const folders = {
    Gatehouse: installInto(mkdtempSync(join(bench.folder, 'installed-'))),
    [betterAuth]: realpathSync(join(peersFolder, 'node_modules', 'better-auth')),
  };
  for (const [who, folder] of Object.entries(folders)) {
    if (!bench.wants(who)) continue;
    const figures = { MB: installedBytes(folder) / 1e6, packages: closureOf(folder).size };
    bench.figures.addAll({ case: 'size', group, who }, figures);
  }
}
