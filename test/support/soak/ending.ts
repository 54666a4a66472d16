/** Attacks that end sessions: some at once, one after another, or a hundred thousand by one request. */

import { type Attack, type Scene, signedIn, stranger } from './attack.ts';
import { filledHandle, filledId } from './fill.ts';
import { cookies } from './reading.ts';

const eight = (id: () => string) => ({ 'x-session-id': Array.from({ length: 8 }, id) });

/** The next session of the account whose sessions may go. */
function next({ accounts: { gone }, count }: Scene): number {
  return count('gone') % gone.sessions;
}

export const ending: readonly Attack[] = [
  stranger('rest logout of eight live ids', [204], (scene) => ({
    method: 'POST',
    path: '/auth/logout',
    headers: eight(() => filledId('gone', next(scene))),
  })),
  stranger('rest logout of eight made-up ids', [204], ({ count }) => ({
    method: 'POST',
    path: '/auth/logout',
    headers: eight(() => filledId('none', count('none'))),
  })),
  stranger('rest logout of 3,200 ids', [204], () => ({
    method: 'POST',
    path: '/auth/logout',
    headers: {
      // The ids take all the room that headers have.
      'user-agent': 'a',
      'x-session-id': Array.from({ length: 3_200 }, (_, n) => n.toString(36).padStart(4, 'a')).join(','),
    },
  })),
  stranger('rest logout of 550 ids that can be ones', [400], () => ({
    method: 'POST',
    path: '/auth/logout',
    headers: { 'x-session-id': Array.from({ length: 550 }, (_, n) => filledId('n', n)).join(',') },
  })),
  stranger('rest logout of 1,000 cookies', [204], () => ({
    method: 'POST',
    path: '/auth/logout',
    headers: { cookie: cookies('session_id') },
  })),
  stranger('dotjson logout of live ids', [200], (scene) => ({
    method: 'POST',
    path: `/logout.json?s=${filledId('gone', next(scene))}`,
  })),
  stranger('dotjson logout of 1,000 cookies', [401], () => ({
    method: 'POST',
    path: '/logout.json',
    headers: { cookie: cookies('session') },
  })),
  stranger('dotjson logout of 3,000 queries', [401], () => ({
    method: 'POST',
    path: `/logout.json?${Array.from({ length: 3_000 }, (_, n) => `s=${n % 10}`).join('&')}`,
  })),
  stranger('envelope logout of live ids', [200], (scene) => ({
    method: 'POST',
    path: '/api/auth/logout',
    body: { session: filledId('gone', next(scene)) },
  })),
  stranger('envelope logout of made-up ids', [404], ({ count }) => ({
    method: 'POST',
    path: '/api/auth/logout',
    body: { session: filledId('none', count('none')) },
  })),
  signedIn('end of one session after another', [204], 'gone', (scene) => ({
    method: 'DELETE',
    path: `/auth/sessions/${filledHandle('gone', next(scene))}`,
  })),
  signedIn('end of sessions of others', [404], 'many', (scene) => ({
    method: 'DELETE',
    path: `/auth/sessions/${filledHandle('last', scene.count('last') % scene.accounts.last.sessions)}`,
  })),
];
