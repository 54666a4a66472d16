/** Explains in one sentence why PostgreSQL cannot be used, and in another how to fix it; never with the password. */

import { codeOf } from './errors.ts';
import { connectMs } from './time-limit.ts';
import { type Target, targetOf, withoutPassword } from './url.ts';

/** The target of an address, and the setting with the address. */
interface Place extends Target {
  readonly setting: string;
}

type Sentence = (place: Place) => string;

const at = ({ host, port }: Place) => `${host}, port ${port}`;

const unanswered: Sentence = (place) =>
  `${at(place)}, did not answer within ${connectMs / 1_000} seconds. Check ${place.setting}, the server and the firewall.`;

const unreachable: Sentence = ({ host, setting }) =>
  `${host} cannot be reached from here. Check the network and the host in ${setting}.`;

const untrusted: Sentence = ({ host, setting }) =>
  `No authority that this machine trusts has signed the certificate of ${host}. Add sslrootcert=/path/of/the/ca.pem to ${setting}.`;

const readOnly: Sentence = ({ host, setting }) =>
  `The database at ${host} answers read-only. Point ${setting} at the primary.`;

const wrongPassword: Sentence = ({ user, setting }) =>
  `PostgreSQL refuses the password of ${user}. Correct user and password in ${setting}.`;

const unreadable: Sentence = ({ setting }) =>
  `A file that ${setting} names in sslrootcert, sslcert or sslkey cannot be read. Correct its path, or let Gatehouse read it.`;

const stranger: Sentence = (place) =>
  `What listens at ${at(place)}, does not speak as PostgreSQL does. Correct ${place.setting}.`;

/** Sentences by the codes of the server (PostgreSQL, appendix A), of Node.js, and of its TLS. */
const sentences: Readonly<Record<string, Sentence>> = {
  ENOTFOUND: ({ host, setting }) => `The host ${host} is not known. Correct the host in ${setting}.`,
  EAI_AGAIN: ({ host, setting }) =>
    `The name ${host} cannot be looked up now. Check the network and the host in ${setting}.`,
  ECONNREFUSED: (place) =>
    `Nothing listens at ${at(place)}. Start PostgreSQL, or correct the host and port in ${place.setting}.`,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unanswered,
  ENOENT: unreadable,
  EACCES: unreadable,
  EISDIR: unreadable,
  '28P01': wrongPassword,
  '28000': ({ user, host, setting }) =>
    `PostgreSQL at ${host} does not let ${user} in. Create the role with LOGIN, allow it in pg_hba.conf, or correct ${setting}.`,
  '3D000': ({ database, setting }) =>
    `There is no database ${database}. Create it (createdb ${database}), or correct ${setting}.`,
  '42501': ({ user, database }) =>
    `${user} may not do in ${database} what Gatehouse needs. Make ${user} the owner of the database; ` +
    `or for the first start and after updates: GRANT USAGE, CREATE ON SCHEMA public TO ${user};`,
  '3F000': ({ user }) =>
    `There is no schema to create tables in. Create one, and set the search_path of ${user} to it.`,
  '25006': readOnly,
  '53300': ({ host }) =>
    `PostgreSQL at ${host} has no connection left. Raise max_connections, or lower GATEHOUSE_DATABASE_CONNECTIONS.`,
  '57P03': ({ host }) => `PostgreSQL at ${host} is starting up or shutting down. Try again in a moment.`,
  CERT_HAS_EXPIRED: ({ host }) => `The certificate of ${host} has expired. Renew it.`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host, setting }) =>
    `The certificate is not for ${host}. Use the name it was made for in ${setting}.`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/** Sentences by the message of the server or the driver, where the code says too little; the first match counts. */
const patterns: readonly [RegExp, Sentence][] = [
  [
    /no pg_hba.conf entry .*no encryption/,
    ({ host, setting }) =>
      `PostgreSQL at ${host} lets no client in without TLS. Add sslmode=verify-full to ${setting}.`,
  ],
  [
    // Alerts of the server about a client's certificate, before the PostgreSQL protocol begins (RFC 8446, section 6.2).
    /SSL alert number (?:4[2-68]|116)\b/,
    ({ host, setting }) =>
      `PostgreSQL at ${host} does not accept the certificate that ${setting} names in sslcert. ` +
      'Take one that an authority in its ssl_ca_file has signed.',
  ],
  [
    /permission denied for database/,
    ({ user, database }) =>
      `${user} may not connect to ${database}. GRANT CONNECT ON DATABASE ${database} TO ${user};`,
  ],
  [
    /client password must be a(?: non-empty)? string/,
    ({ user, setting }) => `PostgreSQL asks for a password of ${user}. Add one to ${setting}.`,
  ],
];

/** The sentence for a unix domain socket that fails; the same codes mean something else for a file. */
function socketSentence(error: unknown, { host, port, setting }: Place): string | undefined {
  const { syscall, code = '' } = error as NodeJS.ErrnoException;
  if (syscall !== 'connect' || !host.startsWith('/')) return undefined;
  const socket = `${host.replace(/\/$/, '')}/.s.PGSQL.${port}`;
  if (code === 'EACCES' || code === 'EPERM')
    return `Gatehouse may not use the socket ${socket}. Let its user read and write it and enter its folder, or correct ${setting}.`;
  if (/^(?:ENOENT|ECONNREFUSED|ENOTDIR|ENOTSOCK)$/.test(code))
    return `Nothing listens at the socket ${socket}. Start PostgreSQL, or correct host and port in ${setting}.`;
  return undefined;
}

/** As above, for errors without a known code. */
const lastPatterns: readonly [RegExp, Sentence][] = [
  [/read-only/, readOnly],
  [/timeout|did not answer/, unanswered],
  [
    /does not support SSL/,
    ({ host, setting }) =>
      `PostgreSQL at ${host} offers no TLS. Turn it on there, or take sslmode out of ${setting}.`,
  ],
  [/password authentication failed/, wrongPassword],
  [/terminated unexpectedly|unexpected|ECONNRESET|EPROTO|protocol|establishing an SSL/, stranger],
];

/** The sentences for an error while connecting or checking the tables. */
export function explain(url: string, error: unknown, setting = 'DATABASE_URL'): string {
  const place = { ...targetOf(url), setting };
  const atSocket = socketSentence(error, place);
  if (atSocket !== undefined) return atSocket;
  const code = codeOf(error);
  const { message } = error as Error;
  const fitting = (list: typeof patterns) =>
    list.find(([pattern]) => pattern.test(`${message} ${code}`))?.[1];
  const known = fitting(patterns) ?? sentences[code] ?? fitting(lastPatterns);
  if (known) return known(place);
  // Messages of OpenSSL end in a newline.
  const said = withoutPassword(message.trim() || code, url);
  return `Cannot use the database ${place.database} at ${at(place)}: ${said}. Check ${setting} and the server.`;
}
