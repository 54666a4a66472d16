/** Attacks that read: everything that is as long as the account is large. */

import { strictEqual } from 'node:assert';
import { type Attack, signedIn, stranger } from './attack.ts';
import { filledId } from './fill.ts';
import type { Heard } from './hostile.ts';

const pages = (path: string) => (_: unknown, before: Heard | undefined) => {
  const next = before === undefined ? null : (JSON.parse(before.text) as { next: unknown }).next;
  return { method: 'GET', path: next === null ? path : `${path}?before=${next}` };
};

/** An export that was answered came whole. */
function wholeExport({ status, end }: Heard): void {
  if (status === 200) strictEqual(end.slice(-2), ']}');
}

const theExport = { method: 'GET', path: '/auth/account/export' } as const;

export const reading: readonly Attack[] = [
  signedIn('list of sessions, page by page', [200], 'many', pages('/auth/sessions')),
  signedIn('activity, page by page', [200], 'many', pages('/auth/account/activity')),
  stranger('checks of sessions not asked for before', [200], ({ accounts: { many }, count }) => ({
    method: 'GET',
    path: '/auth/session',
    headers: { 'x-session-id': filledId(many.name, count('unused') % many.sessions) },
  })),
  stranger('checks of made-up ids', [401], ({ count }) => ({
    method: 'GET',
    path: '/auth/session',
    headers: { authorization: `Bearer ${filledId('none', count('none'))}` },
  })),
  stranger('checks with 1,000 cookies', [401], () => ({
    method: 'GET',
    path: '/auth/session',
    headers: { cookie: cookies('session_id') },
  })),
  stranger('the OpenAPI document', [200], () => ({ method: 'GET', path: '/openapi.json' })),
  stranger('health and readiness', [200], (_, turn) => ({
    method: 'GET',
    path: turn % 2 === 0 ? '/healthz' : '/readyz',
  })),
];

/** Each goes on until it is whole, which takes a while. */
export const exporting: readonly Attack[] = [
  {
    ...signedIn('exports of three accounts', [200, 503], 'many', () => theExport, { seen: wholeExport }),
    loops: 6,
    async begin(scene, loop) {
      const { many, gone, last } = scene.accounts;
      const id = await scene.logIn([many, gone, last][loop % 3] ?? many);
      return async () => {
        const heard = await scene.ask({ ...theExport, headers: { 'x-session-id': id } });
        wholeExport(heard);
        return heard.status;
      };
    },
  },
  signedIn('400 exports at once', [200, 503], 'many', () => theExport, {
    loops: 400,
    seconds: undefined,
    seen: wholeExport,
  }),
];

/** A thousand cookies of one name: as many as fit into the headers of a request. */
export function cookies(name: string): string {
  const room = Math.floor(15_000 / 1_000) - name.length - 3;
  return Array.from(
    { length: 1_000 },
    (_, n) => `${name}=${n.toString(36).padStart(Math.max(room, 2), '0')}`,
  ).join('; ');
}
