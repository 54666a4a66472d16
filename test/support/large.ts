/** An account with very many sessions, or a long history, written through the store itself. */

import { digest } from '../../src/crypto/ids.ts';
import type { Session, Store } from '../../src/storage/port/port.ts';
import { onPostgres } from './engine-settings.ts';
import type { TestServer } from './server.ts';
import { contextOf, openServices } from './services.ts';

/** Written at once: on SQLite as many as share a commit, on PostgreSQL as many as get a connection in time on a busy machine. */
const together = onPostgres ? 20 : 200;

/** The store of a running server, opened a second time. */
export async function storeOf({ file }: Pick<TestServer, 'file'>): Promise<Store> {
  return (await openServices({ file })).store;
}

/** The id of session number n that `addSessions` made. */
export function idOf(n: number): string {
  return `many${String(n).padStart(22, '0')}`;
}

/** Gives a user so many live sessions, number n last used n milliseconds after an instant. */
export async function addSessions(store: Store, userId: string, count: number, from: number): Promise<void> {
  await inParts(count, (n) => {
    const at = from + n;
    const session: Session = {
      handle: `many${String(n).padStart(12, '0')}`,
      userId,
      contract: 'rest',
      createdAt: at,
      lastSeenAt: at,
      idleExpiresAt: at + 604_800_000,
      expiresAt: at + 2_592_000_000,
      provenAt: at,
      network: '192.0.2.1',
      device: '',
    };
    return store.sessions.insert(digest(idOf(n)), session);
  });
}

/** Gives a user so many entries in the audit. */
export async function addEntries(store: Store, userId: string, count: number): Promise<void> {
  const context = contextOf('login', 'wrong_password');
  await inParts(count, () => store.audit.append(context, { userId }));
}

async function inParts(count: number, write: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += together) {
    const part = Array.from({ length: Math.min(together, count - n) }, (_, i) => write(n + i));
    await Promise.all(part);
  }
}
