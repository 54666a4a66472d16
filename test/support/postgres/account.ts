/** The account that PostgreSQL runs under: our own, or `nobody` if we are root, whom PostgreSQL refuses to serve. */

import { chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined if PostgreSQL can run as we do. */
export const account: Account | undefined = process.getuid?.() === 0 ? unprivileged() : undefined;

/** PostgreSQL insists on an account with a name, so the number alone will not do. */
function unprivileged(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['nobody', 'daemon']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    // A negative number, as on macOS, is an unsigned one of 32 bits in disguise.
    if (Number(uid)) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no account "nobody" or "daemon" to run it as.',
  );
}

/** Gives a file or folder to the account that PostgreSQL runs under. */
export function handOver(path: string): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/** Whether every user of this machine can enter a folder: it, and all above it, permit others. */
export function isOpenToAll(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o001) !== 0 && (above === folder || isOpenToAll(above));
}
