/** A server over a fresh copy of the template. */

import { join } from 'node:path';
import { account } from './account.ts';
import { copyFolder } from './copy.ts';
import { newFolder } from './home.ts';
import { openServer, type PostgresServer, type Start } from './server.ts';
import { type Tls, tlsSettings } from './tls.ts';

export interface Fresh extends Omit<Start, 'folder'> {
  readonly tls?: Tls | undefined;
}

export async function openFresh({ template, settings, atEnd, tls }: Fresh): Promise<PostgresServer> {
  const folder = newFolder('server');
  await copyFolder(template.data, join(folder, 'data'), { owner: account });
  const secure = tls && tlsSettings(folder, tls);
  return openServer({ template, folder, settings: { ...secure, ...settings }, atEnd });
}
