/** Gatehouse with its pages as people meet it: behind a proxy over TLS, on one node or two, with a mail server. */

import { type MailServer, mailingTo, startMailServer } from '../mail.ts';
import { migratedDatabase } from '../postgres.ts';
import { startServer, type TestServer } from '../server.ts';
import type { AtEnd } from './chromium.ts';
import { type Site, startSite } from './site.ts';

export interface Service {
  /** The address that people know. */
  readonly origin: string;
  readonly site: Site;
  readonly mail: MailServer;
  readonly nodes: readonly [TestServer, ...TestServer[]];
  /** Moves the clock of all nodes forward. */
  advance(minutes: number): void;
  /** What that clock shows, in epoch milliseconds. */
  now(): number;
}

export interface ServiceOptions {
  /** SQLite has one node. On PostgreSQL there are two, and the requests of pages go to them in turn. */
  readonly engine?: 'SQLite' | 'PostgreSQL';
  readonly scheme?: 'http' | 'https';
  readonly host?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startService(
  atEnd: AtEnd,
  { engine = 'SQLite', scheme = 'https', host = 'id.example.com', environment = {} }: ServiceOptions = {},
): Promise<Service> {
  const site = await startSite({ scheme, atEnd });
  const origin = site.at(host);
  const mail = await startMailServer(0, {}, atEnd);
  const settings = {
    GATEHOUSE_PAGES: 'on',
    GATEHOUSE_FRONT_PAGE: 'on',
    ...mailingTo(mail),
    GATEHOUSE_PUBLIC_URL: origin,
    ...environment,
  };
  const start = (database = {}) => startServer({ ...settings, ...database }, undefined, atEnd);
  const nodes: [TestServer, ...TestServer[]] = [
    await start(engine === 'SQLite' ? {} : { DATABASE_URL: await migratedDatabase() }),
  ];
  if (engine === 'PostgreSQL') nodes.push(await start({ DATABASE_URL: nodes[0].database }));
  const [first, ...others] = nodes;
  atEnd(site.passTo(first.url, ...others.map(({ url }) => url)));
  let aheadMs = 0;
  return {
    origin,
    site,
    mail,
    nodes,
    advance(minutes) {
      aheadMs += minutes * 60_000;
      for (const node of nodes) node.advance(minutes * 60_000);
    },
    now: () => Date.now() + aheadMs,
  };
}
