/** The routes of all pages, without what answers them: that is loaded with the first request for a page. */

import type { AuditEvent } from '../concepts/audit.ts';
import type { Route } from '../http/contract.ts';

export type PageRoute = Omit<Route, 'answer'>;

/** The version of `openapi/redoc.js.gz`, and a part of its path, so that browsers may keep it. */
export const redocVersion = '3.0.1';

export const redocPath = `pages/redoc-${redocVersion}.js`;

/** The pages for operators and developers. */
export const frontRoutes: readonly PageRoute[] = ['/', '/reference', `/${redocPath}`].map(shown);

/** Pages with a form that is sent to their own path, and the event of that; `hashes` as in `Route`. */
const forms: readonly (readonly [path: string, event: AuditEvent, hashes?: 'hashes'])[] = [
  ['/sign-in', 'login', 'hashes'],
  ['/sign-in/passkey', 'login'],
  ['/register', 'register', 'hashes'],
  ['/sign-out', 'logout'],
  ['/forgot-password', 'password_forgot'],
  ['/reset-password', 'password_reset', 'hashes'],
  ['/verify-email', 'email_verify'],
  ['/account/confirm', 'confirm', 'hashes'],
  ['/account/confirm/passkey', 'confirm'],
  ['/account/verify', 'email_verify_request'],
  ['/account/email', 'email_change_request', 'hashes'],
  ['/account/password', 'password_change', 'hashes'],
  ['/account/export', 'account_export'],
  ['/account/delete', 'account_delete', 'hashes'],
  ['/account/sessions', 'logout'],
  ['/account/sessions/:handle', 'logout'],
  ['/account/authenticator', 'factor_add'],
  ['/account/authenticator/confirm', 'factor_add'],
  ['/account/authenticator/remove', 'factor_remove'],
  ['/account/passkeys', 'factor_add'],
  ['/account/remove-passkey/:handle', 'factor_remove'],
  ['/account/rename-passkey/:handle', 'passkey_rename'],
  ['/account/recovery-codes', 'recovery_codes'],
  ['/account/recovery-codes/file', 'recovery_codes'],
  ['/account/browsers', 'browser_distrust'],
  ['/account/browsers/:handle', 'browser_distrust'],
  ['/second-factor', 'login'],
  ['/second-factor/passkey', 'login'],
  ['/enrol/authenticator', 'factor_add'],
  ['/enrol/authenticator/confirm', 'factor_add'],
  ['/enrol/passkeys', 'factor_add'],
];

/** The pages on which people sign in and look after their account. */
export const peopleRoutes: readonly PageRoute[] = [
  ...['/account', '/account/activity', '/enrol'].map(shown),
  ...forms.flatMap(([path, event, hashes]): PageRoute[] => [
    shown(path),
    { method: 'POST', path, body: 'form', event, ...(hashes && { hashes: true }) },
  ]),
];

function shown(path: string): PageRoute {
  return { method: 'GET', path };
}
