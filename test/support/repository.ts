/** The files of the repository, as they are now. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Source } from './house.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Names that are not part of the repository: what `.gitignore` lists, and git's own folder, which is a file in a second working tree. */
const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .concat('.git/', '.git');

function isIgnored(name: string, isFolder: boolean): boolean {
  return ignored.some((line) =>
    line.startsWith('*')
      ? name.endsWith(line.slice(1))
      : [name, ...(isFolder ? [`${name}/`] : [])].includes(line.replace(/^\//, '')),
  );
}

/** Every file of the repository below a folder. */
function read(folder: string): Source[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const isFolder = statSync(path).isDirectory();
    if (isIgnored(name, isFolder)) return [];
    if (isFolder) return read(path);
    return [{ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }];
  });
}

/** Every text of the repository. */
export const everything = read(root);
/** Everything that is run. */
export const programs = everything.filter(({ path }) =>
  /^(?:src|test|scripts|bench|bin)\/.*\.[jt]s$/.test(path),
);
/** What the package is built from. */
export const sources = programs.filter(({ path }) => path.startsWith('src/'));
