/** Every form of the pages, and what the database holds: nothing that is refused may change it. */

import { rowsOf } from './database.ts';
import { password } from './person.ts';
import type { TestServer } from './server.ts';

/** Every route that takes a form. */
export const forms = [
  '/sign-in',
  '/register',
  '/sign-out',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/account/confirm',
  '/account/verify',
  '/account/email',
  '/account/password',
  '/account/export',
  '/account/delete',
  '/account/sessions',
  '/account/sessions/abc',
] as const;

/** Those that are pages of their own, not parts of the account. */
export const pagesOfForms = forms.filter(
  (path) => !/^\/account\/(?:verify|email|password|export|delete|sessions\/)/.test(path),
);

/** Everything that a form could need: none of it may count where the request is refused. */
export const everything = {
  identifier: 'eve@example.com',
  password,
  new_password: 'a whole new one',
  code: 'a'.repeat(26),
};

/** The rows of all tables but those of counts and of the audit. */
export async function contentOf(server: TestServer): Promise<string[][]> {
  const tables = ['users', 'auth', 'sessions', 'ended', 'tokens', 'devices', 'mails'];
  const content: string[][] = [];
  for (const table of tables)
    content.push((await rowsOf(server, table)).map((row) => JSON.stringify(row)).sort());
  return content;
}
