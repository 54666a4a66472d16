/** Builds and packs the package once for all tests of frameworks, as `npm pack` does in a clone. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { root } from '../../support/docs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the packed package. */
    tarball: string;
  }
}

export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'));
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('node', 'scripts/build.js');
  const said = run('npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
  provide('tarball', join(folder, said.trim().split('\n').at(-1) ?? ''));
  return () => rmSync(folder, { recursive: true });
}
