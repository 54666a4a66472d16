/** Warnings about the addresses of a database: who may read along, and what is heard late. */

import type { Login } from './session-setup.ts';
import { isPrivate } from './url.ts';

/** Warnings, with advice, about the addresses of the database and of its notifications. */
export function warningsAbout(
  { url, listenUrl }: Readonly<Record<'url' | 'listenUrl', string>>,
  login: Login,
  listening: Login,
): string[] {
  const addresses = { DATABASE_URL: url, GATEHOUSE_DATABASE_LISTEN_URL: listenUrl || url };
  const open = Object.entries(addresses).find(([_setting, address]) => !isPrivate(address));
  const late = 'a logout holds on other nodes within a second.';
  return [
    ...(open
      ? [`${open[0]} leads to another machine without TLS that is checked: add sslmode=verify-full to it.`]
      : []),
    ...(listening.isPooled
      ? [
          `${listenUrl ? 'GATEHOUSE_DATABASE_LISTEN_URL' : 'DATABASE_URL'} leads through a pooler, which delivers no notifications: ${late} ` +
            'Set GATEHOUSE_DATABASE_LISTEN_URL to the address of the database itself to have it there at once.',
        ]
      : []),
    ...(listening.place === login.place
      ? []
      : [
          `GATEHOUSE_DATABASE_LISTEN_URL leads to another database than DATABASE_URL, where there is nothing to hear: ${late} ` +
            'Correct it.',
        ]),
  ];
}
