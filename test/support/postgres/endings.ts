/** Every way in which a session ends, or its user may no longer come in, at the port of the store. */

import type { Store } from '../../../src/storage/port/port.ts';
import { context, session } from '../../storage/conformance/case.ts';
import { hashOf } from '../checks.ts';
import { joe } from './pair.ts';

export interface Ending {
  readonly title: string;
  /** Ends the session number 1 of joe, who has no other. */
  readonly end: (store: Store) => Promise<unknown>;
}

const ended = context('logout');

export const endings: readonly Ending[] = [
  { title: 'by its id', end: (store) => store.sessions.remove([hashOf(1)], ended) },
  { title: 'by its id, without a trace', end: (store) => store.sessions.remove([hashOf(1)]) },
  { title: 'among several ids', end: (store) => store.sessions.remove([7, 1, 9].map(hashOf), ended) },
  { title: 'by its handle', end: (store) => store.sessions.removeByHandle(joe, 'handle-1', ended) },
  { title: 'with all of its user', end: (store) => store.sessions.removeOfUser(joe, undefined, 99, ended) },
  {
    title: 'with a new password',
    end: (store) =>
      store.accounts.replaceHash(joe, 'hash of joe', 'new hash', ended, {
        exceptHandle: undefined,
        limit: 99,
        context: ended,
      }),
  },
  { title: 'as its user is disabled', end: (store) => store.accounts.setDisabled(joe, 2_000, ended) },
  { title: 'with the account', end: (store) => store.accounts.remove(joe, 99, ended) },
  { title: 'with those of all users', end: (store) => store.sessions.removeAny(99, ended) },
  { title: 'for another id', end: (store) => store.sessions.rotate(hashOf(1), hashOf(9), ended) },
  {
    title: 'beyond the cap',
    end: (store) =>
      store.sessions.insert(hashOf(8), session(8, joe), ended, { limit: 1, step: 9, context: ended }),
  },
];
