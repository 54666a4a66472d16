/** Writes messages to a folder, one file each, if no mail server is configured. */

import { mkdir, open, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CannotWrite, causeOf, sentencesOf } from '../disk-errors.ts';
import type { Mailbox } from '../settings/value-parsers.ts';
import type { Message, Transport } from './message.ts';
import { renderMessage } from './render-message.ts';

/**
 * Writes to a folder, which is created with the first message. A message contains a working link, so only the user who runs
 * this program may read it. Each file appears under its name when it is complete.
 *
 * @param onFirst is called once, with the absolute path of the folder.
 */
export function folderTransport(folder: string, from: Mailbox, onFirst: (folder: string) => void): Transport {
  const path = resolve(folder);
  let isFirst = true;
  return {
    async send(message) {
      const bytes = await renderMessage(message, from);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        await write(join(path, nameOf(message)), bytes);
      } catch (error) {
        const code = causeOf(join(path, 'mail'), error);
        const sentences = code && sentencesOf(code, 'set GATEHOUSE_MAIL_OUTBOX to another folder');
        throw code && sentences
          ? new CannotWrite(code, `Cannot write into the folder ${path}: ${sentences}`, error)
          : error;
      }
      if (isFirst) onFirst(path);
      isFirst = false;
    },
    close: () => {},
  };
}

/** A name that sorts by time. It is unique, because the number of a mail is used once. */
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
