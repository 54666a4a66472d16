/** Reads addresses of PostgreSQL in the spellings of libpq (PostgreSQL, section "Connection Strings"). */

import { type Parameters, problemWith, tlsOf } from './postgres-parameters.ts';

/** What an address says; a part that it leaves out is empty. */
export interface PostgresAddress {
  /** A name, an address without brackets, or the absolute path of a folder with a socket. */
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** What else its query says. Of `ssl` and `sslmode` there is only one `sslmode`: `verify-full`, `no-verify` or `disable`. */
  readonly parameters: Parameters;
}

/** Why an address cannot be used: a sentence without anything that may be a password. */
export interface Unusable {
  readonly problem: string;
}

/** User and password; host and port; path; query. */
const shape = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?@]*))?(?:\?(.*))?$/;

/** A host in brackets or without, and a port. */
const place = /^(\[[\da-f:.]+\]|[^:[\]]*)(?::(\d*))?$/i;

const noPort = 'The port must be a number from 1 to 65535.';

/** Whether a text is meant as such an address. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text);
}

/** Why such a text is no address that can be used; empty for every other text. */
export function postgresUrlHint(text: string): string {
  if (!isPostgresUrl(text)) return '';
  const read = readPostgresUrl(text);
  return 'problem' in read ? read.problem : '';
}

/** Reads an address. The parts of the query outrank those before it, and the last of several counts. */
export function readPostgresUrl(text: string): PostgresAddress | Unusable {
  const misspelling = misspelt(text);
  if (misspelling !== undefined) return { problem: misspelling };
  const [, login = '', hosts = '', path = '', query = ''] = shape.exec(text) ?? [];
  const given: Parameters | undefined = readQuery(query);
  if (given === undefined) return { problem: 'Its query has a parameter without a value.' };
  const saidOr = (name: string, otherwise: string) => given.get(name) || otherwise;
  if ([hosts, saidOr('host', ''), saidOr('port', '')].some((part) => part.includes(',')))
    return {
      problem:
        'It names several servers, and Gatehouse connects to one: name a proxy, or a host that leads to the primary.',
    };
  const [, host, port = ''] = place.exec(hosts) ?? [];
  if (host === undefined) return { problem: hosts.startsWith('[') ? 'The host is malformed.' : noPort };
  if (host !== '' && !URL.canParse(`postgres://${host}/`)) return { problem: 'The host is malformed.' };
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/.exec(login) ?? [];
  const address = {
    host: saidOr('host', decodeURIComponent(host.replace(/^\[(.*)\]$/, '$1'))),
    port: saidOr('port', port),
    user: saidOr('user', decodeURIComponent(user)),
    password: saidOr('password', decodeURIComponent(password)),
    database: saidOr('dbname', decodeURIComponent(path)),
  };
  if (address.port !== '' && !isPort(address.port)) return { problem: noPort };
  const problem = problemWith(given);
  if (problem !== undefined) return { problem };
  return { ...address, parameters: tlsOf(given, address.host) };
}

/** What a text does that no address may, before it is taken apart: then each part would be another one than was meant. */
function misspelt(text: string): string | undefined {
  if (/\s/.test(text)) return 'A blank in it is written %20.';
  if (text.includes('#')) return 'A # in it is written %23.';
  try {
    decodeURIComponent(text);
  } catch {
    return 'A % in it is written %25.';
  }
  if (shape.test(text)) return undefined;
  return 'In user and password @, / and ? are written %40, %2F and %3F.';
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** As libpq, which knows no `+` for a blank. */
function readQuery(query: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const item of query.split('&').filter((one) => one !== '')) {
    const end = item.indexOf('=');
    if (end < 0) return undefined;
    const [name, value] = [item.slice(0, end), item.slice(end + 1)].map(decodeURIComponent) as [
      string,
      string,
    ];
    // The last one counts, in its own place.
    parameters.delete(name);
    parameters.set(name, value);
  }
  return parameters;
}
