/** Posts letters into a folder, one file each, where no mail server is set up. */

import { mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CannotWrite, causeOf, sentencesOf } from '../disk-errors.ts';
import type { Mailbox } from '../settings/value-parsers.ts';
import type { Message, Transport } from './message.ts';
import { render } from './render-message.ts';

/**
 * Posts into a folder, which is made with the first letter. A letter holds a working link: only the user who runs this
 * program may read it. A file is whole as soon as it has its name.
 *
 * @param onFirst is told the folder, once.
 */
export function outboxPost(folder: string, from: Mailbox, onFirst: (folder: string) => void): Transport {
  const path = resolve(folder);
  let told = false;
  return {
    async send(letter) {
      const bytes = await render(letter, from);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        await write(join(path, nameOf(letter)), bytes);
      } catch (error) {
        const code = causeOf(join(path, 'mail'), error);
        const said = code && sentencesOf(code, 'set GATEHOUSE_MAIL_OUTBOX to another folder');
        throw code && said
          ? new CannotWrite(code, `Cannot write into the folder ${path}: ${said}`, error)
          : error;
      }
      if (!told) onFirst(path);
      told = true;
    },
    close: () => {},
  };
}

/** In the order of time, and never twice: the number of a mail is used once. */
function nameOf({ at, id, kind }: Message): string {
  return `${new Date(at).toISOString().replaceAll(':', '-')}-${id}-${kind}.eml`;
}

async function write(file: string, bytes: Buffer): Promise<void> {
  const unfinished = `${file}.part`;
  await using handle = await open(unfinished, 'w', 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
  await rename(unfinished, file);
}
