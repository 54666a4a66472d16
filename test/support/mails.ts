/** Mails over a real store that two processes share, as the tests of the rules need them. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Mails } from '../../src/concepts/mails.ts';
import { Tokens, tokenLifeMs } from '../../src/concepts/tokens.ts';
import { digest } from '../../src/crypto/ids.ts';
import type { QueuedMail } from '../../src/storage/port/port.ts';
import { openSqliteStore } from '../../src/storage/sqlite/store.ts';
import { temporaryFolder } from './server.ts';

export const now = 100_000_000;
export const hour = 3_600_000;
export const recipient = 'joe@example.com';
export const to = { userId: 'joe', recipient, isVerified: true };
export const resetLinkMs = tokenLifeMs.reset_password;

export function setUp() {
  const file = join(temporaryFolder(), 'gatehouse.db');
  const stores = [openSqliteStore(file, digest), openSqliteStore(file, digest)] as const;
  onTestFinished(async () => {
    for (const store of stores) await store.close();
  });
  let queued = 0;
  const onQueued = () => {
    queued += 1;
  };
  return {
    mails: new Mails(stores[0].mails, { resetLinkMs, onQueued }),
    other: new Mails(stores[1].mails, { resetLinkMs, onQueued }),
    accounts: stores[0].accounts,
    tokens: new Tokens(stores[0].tokens),
    queued: () => queued,
  };
}

export async function next(mails: Mails, at: number): Promise<QueuedMail> {
  const mail = await mails.claim(at);
  if (!mail) throw new Error('No mail is due');
  return mail;
}
