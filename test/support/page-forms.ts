/** Every form of the pages, and what the database holds: nothing that is refused may change it. */

import { rowsOf } from './database.ts';
import { password } from './person.ts';
import type { TestServer } from './server.ts';

/** Every route that takes a form. */
export const forms = [
  '/sign-in',
  '/sign-in/passkey',
  '/second-factor',
  '/second-factor/passkey',
  '/enrol/authenticator',
  '/enrol/authenticator/confirm',
  '/enrol/passkeys',
  '/register',
  '/sign-out',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/account/confirm',
  '/account/confirm/passkey',
  '/account/verify',
  '/account/email',
  '/account/password',
  '/account/export',
  '/account/delete',
  '/account/sessions',
  '/account/sessions/abc',
  '/account/authenticator',
  '/account/authenticator/confirm',
  '/account/authenticator/remove',
  '/account/passkeys',
  '/account/rename-passkey/abc',
  '/account/remove-passkey/abc',
  '/account/recovery-codes',
  '/account/recovery-codes/file',
  '/account/browsers',
  '/account/browsers/abc',
] as const;

/** Those that are pages of their own, not parts of the account. */
export const pagesOfForms = forms.filter(
  (path) =>
    !/^\/(?:enrol|account)\/(?:verify|email|password|export|delete|sessions\/)/.test(path) &&
    !/authenticator|passkey|recovery|browsers/.test(path),
);

/** Everything that a form could need: none of it may count where the request is refused. */
export const everything = {
  identifier: 'eve@example.com',
  password,
  new_password: 'a whole new one',
  code: 'a'.repeat(26),
};

/** The tables of second factors, and of what browsers hold between two steps. */
export const ofFactors = ['browser_tokens', 'second_factors', 'recovery_codes', 'passkeys'] as const;

/** The rows of all tables but those of counts and of the audit. */
export async function contentOf(server: TestServer): Promise<string[][]> {
  const tables = ['users', 'auth', 'sessions', 'ended', 'tokens', 'devices', 'mails', ...ofFactors];
  const content: string[][] = [];
  // A slow machine notes the last use of a session on the way.
  const written = (row: unknown) =>
    JSON.stringify(row, (key, value) => (key === 'last_seen_at' ? null : value));
  for (const table of tables) content.push((await rowsOf(server, table)).map(written).sort());
  return content;
}
