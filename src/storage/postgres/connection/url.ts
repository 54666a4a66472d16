/** The driver's configuration for an address of PostgreSQL, and its form in messages: never with the password. */

import pg from 'pg';
import { parse } from 'pg-connection-string';
import { type PostgresAddress, readPostgresUrl } from '../../../settings/database/postgres-url.ts';

/** The application name of Gatehouse's connections, by which commands detect servers that use a database. */
export const applicationName = 'gatehouse';

/**
 * The driver's configuration for an address. Missing parts come from the environment (`PGUSER`, …) as with libpq. Reads the
 * files of certificates, and throws if it cannot.
 */
export function clientConfig(url: string): pg.ClientConfig {
  const address = addressOf(url);
  const { parameters } = address;
  const options = parameters.get('options');
  const sslnegotiation = parameters.get('sslnegotiation');
  const ssl = tlsOf(address);
  const name = parameters.get('application_name') ?? parameters.get('fallback_application_name') ?? '';
  return {
    ...placeOf(address),
    ...(address.password === '' ? {} : { password: address.password }),
    ...(options === undefined ? {} : { options }),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sslnegotiation === undefined ? {} : { sslnegotiation }),
    ...(parameters.get('channel_binding') === 'prefer' ? { enableChannelBinding: true } : {}),
    application_name: ['', applicationName].includes(name) ? applicationName : `${applicationName} (${name})`,
  } as pg.ClientConfig;
}

/** The driver reads the files and interprets the modes. */
function tlsOf({ parameters }: PostgresAddress): pg.ClientConfig['ssl'] {
  const query = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'].flatMap((name) => {
    const value = parameters.get(name);
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  });
  return query.length === 0
    ? undefined
    : (parse(`postgres://x/?${query.join('&')}`).ssl as pg.ClientConfig['ssl']);
}

function placeOf({ host, port, user, database }: PostgresAddress): pg.ClientConfig {
  return {
    ...(host === '' ? {} : { host }),
    ...(port === '' ? {} : { port: Number(port) }),
    ...(user === '' ? {} : { user }),
    ...(database === '' ? {} : { database }),
  };
}

function addressOf(url: string): PostgresAddress {
  const read = readPostgresUrl(url);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

/** Whether the connection to a server is encrypted and verified, or stays on this machine. */
export function isPrivate(url: string): boolean {
  // The driver combines the address with the environment.
  const { host, ssl } = new pg.Client(clientConfig(url)) as { host: string; ssl: unknown };
  if (/^(?:localhost|127\.[\d.]+|::1|\/.*)$/.test(host)) return true;
  const isUnchecked = (ssl as { rejectUnauthorized?: boolean } | undefined)?.rejectUnauthorized === false;
  return Boolean(ssl) && !isUnchecked;
}

/** The target of an address, for messages: never with the password. */
export interface Target {
  /** The folder of a socket begins with a slash. */
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
}

export function targetOf(url: string): Target {
  const { host, port, user = '', database = user } = new pg.Client(placeOf(addressOf(url)));
  return { host, port: String(port), user, database };
}

/** A text without the password of an address, in plain or percent-encoded form. */
export function withoutPassword(text: string, url: string): string {
  const { password } = addressOf(url);
  const [, inLogin = ''] = /^[^/]*\/\/[^/?]*?:([^/?]*)@/.exec(url) ?? [];
  const inQuery = [...url.matchAll(/[?&]password=([^&]*)/g)].map(([, written = '']) => written);
  return [inLogin, ...inQuery, password, encodeURIComponent(password)]
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((said, secret) => said.replaceAll(secret, '…'), text);
}
