/** The folder for everything PostgreSQL that this process starts, and the keeper that clears it away afterwards. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { account, isOpenToAll } from './account.ts';

let home: { readonly folder: string; readonly keeper: ChildProcess } | undefined;

/** A new folder below the home of this process, which is made when it is first asked for. */
export function newFolder(purpose: string): string {
  home ??= settle();
  const folder = mkdtempSync(join(home.folder, `${purpose}-`));
  chmodSync(folder, 0o755);
  return folder;
}

function settle() {
  // PostgreSQL's own account must be able to get there.
  const place = account !== undefined && !isOpenToAll(tmpdir()) ? '/tmp' : tmpdir();
  const folder = mkdtempSync(join(place, 'gatehouse-postgres-'));
  chmodSync(folder, 0o755);
  const keeper = spawn(process.execPath, [fileURLToPath(new URL('./keeper.ts', import.meta.url)), folder], {
    // In a session of its own, out of reach of Ctrl-C.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  });
  keeper.unref();
  (keeper.stdin as Socket).unref();
  return { folder, keeper };
}

/** Ends all servers of this process now, and resolves when they and their folders are gone. */
export async function clearHome(): Promise<void> {
  if (home === undefined) return;
  const { keeper } = home;
  home = undefined;
  const gone = once(keeper, 'exit');
  keeper.ref();
  keeper.stdin?.end();
  await gone;
}
