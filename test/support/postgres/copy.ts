/** Copies a folder, also one that is being written to. */

import { constants } from 'node:fs';
import { copyFile, lchown, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.ts';

interface Copying {
  /** Who owns the copy; default: we. */
  readonly owner?: Account | undefined;
  /** Whether to leave out a path, given from the top of the folder. */
  readonly without?: (path: string) => boolean;
}

/** Files that vanish meanwhile are left out. Only the owner may enter the copies of folders. */
export async function copyFolder(from: string, to: string, copying: Copying = {}, path = ''): Promise<void> {
  const { owner, without = () => false } = copying;
  const own = async (made: string) => owner && lchown(made, owner.uid, owner.gid);
  await mkdir(join(to, path), { mode: 0o700 });
  await own(join(to, path));
  const entries = await readdir(join(from, path), { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const inside = join(path, entry.name);
      if (without(inside)) return;
      if (entry.isDirectory()) return copyFolder(from, to, copying, inside);
      const [source, target] = [join(from, inside), join(to, inside)];
      try {
        if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
        else await copyFile(source, target, constants.COPYFILE_FICLONE);
        await own(target);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }),
  );
}
