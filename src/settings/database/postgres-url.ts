/** Parses addresses of PostgreSQL in the notation of libpq (PostgreSQL, section "Connection Strings"). */

import { type Parameters, problemWith, tlsOf } from './postgres-parameters.ts';

/** The parts of an address; a missing part is empty. */
export interface PostgresAddress {
  /** A name, an address without brackets, or the absolute path of a folder with a socket. */
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** The other parameters of its query. `ssl` and `sslmode` become one `sslmode`: `verify-full`, `no-verify` or `disable`. */
  readonly parameters: Parameters;
}

/** The reason why an address cannot be used, in a sentence without anything that may be a password. */
export interface Unusable {
  readonly problem: string;
}

/** User and password; host and port; path; query. */
const shape = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?@]*))?(?:\?(.*))?$/;

/** A host in brackets or without, and a port. */
const hostAndPort = /^(\[[\da-f:.]+\]|[^:[\]]*)(?::(\d*))?$/i;

const noPort = 'The port must be a number from 1 to 65535.';

export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text);
}

/** The reason why such a text cannot be used; empty for other texts. */
export function postgresUrlHint(text: string): string {
  if (!isPostgresUrl(text)) return '';
  const read = readPostgresUrl(text);
  return 'problem' in read ? read.problem : '';
}

/** Parses an address. Parameters in the query override the parts before it, and the last of several counts. */
export function readPostgresUrl(text: string): PostgresAddress | Unusable {
  const encoding = encodingProblem(text);
  if (encoding !== undefined) return { problem: encoding };
  const [, login = '', hosts = '', path = '', query = ''] = shape.exec(text) ?? [];
  const given: Parameters | undefined = readQuery(query);
  if (given === undefined) return { problem: 'Its query has a parameter without a value.' };
  const parameterOr = (name: string, otherwise: string) => given.get(name) || otherwise;
  if ([hosts, parameterOr('host', ''), parameterOr('port', '')].some((part) => part.includes(',')))
    return {
      problem:
        'It names several servers, and Gatehouse connects to one: name a proxy, or a host that leads to the primary.',
    };
  const [, host, port = ''] = hostAndPort.exec(hosts) ?? [];
  if (host === undefined) return { problem: hosts.startsWith('[') ? 'The host is malformed.' : noPort };
  if (host !== '' && !URL.canParse(`postgres://${host}/`)) return { problem: 'The host is malformed.' };
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/.exec(login) ?? [];
  const address = {
    host: parameterOr('host', decodeURIComponent(host.replace(/^\[(.*)\]$/, '$1'))),
    port: parameterOr('port', port),
    user: parameterOr('user', decodeURIComponent(user)),
    password: parameterOr('password', decodeURIComponent(password)),
    database: parameterOr('dbname', decodeURIComponent(path)),
  };
  if (address.port !== '' && !isPort(address.port)) return { problem: noPort };
  const problem = problemWith(given);
  if (problem !== undefined) return { problem };
  return { ...address, parameters: tlsOf(given, address.host) };
}

/** A character that is not percent-encoded. It would move the borders of the parts. */
function encodingProblem(text: string): string | undefined {
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

/** As in libpq, `+` is not a blank. */
function readQuery(query: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const item of query.split('&').filter((one) => one !== '')) {
    const end = item.indexOf('=');
    if (end < 0) return undefined;
    const [name, value] = [item.slice(0, end), item.slice(end + 1)].map(decodeURIComponent) as [
      string,
      string,
    ];
    // The last one counts, at its own position.
    parameters.delete(name);
    parameters.set(name, value);
  }
  return parameters;
}
