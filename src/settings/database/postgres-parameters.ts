/** The query parameters of an address of PostgreSQL: which are accepted, and why others are refused. */

/** The parameters of a query by their names. */
export type Parameters = ReadonlyMap<string, string>;

/** Every mode that encrypts also verifies the certificate and its name, except `no-verify`. */
const modes: Readonly<Record<string, string>> = {
  disable: 'disable',
  allow: 'verify-full',
  prefer: 'verify-full',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
  'no-verify': 'no-verify',
};

/** The values of `ssl` in other drivers; libpq knows the first. */
const switches: Readonly<Record<string, string>> = {
  true: 'verify-full',
  '1': 'verify-full',
  on: 'verify-full',
  yes: 'verify-full',
  require: 'verify-full',
  false: 'disable',
  '0': 'disable',
  off: 'disable',
  no: 'disable',
  'no-verify': 'no-verify',
};

const anything = /^/;
const number = /^-?\d{1,9}$/;
const path = /./;

interface Rule {
  readonly allows: RegExp;
  /** The message for any other value. */
  readonly message: string;
}

const mustBe = (allows: RegExp, message: string): Rule => ({ allows, message });
const unknown = (message: string): Rule => ({ allows: /(?!)/, message });

/**
 * By name. Time-outs are accepted and ignored: Gatehouse has its own, which are shorter. A parameter that chooses the
 * server or protects the connection is applied or refused.
 */
const rules: Readonly<Record<string, Rule>> = {
  host: mustBe(anything, ''),
  port: mustBe(anything, ''),
  user: mustBe(anything, ''),
  password: mustBe(anything, ''),
  dbname: mustBe(anything, ''),
  sslmode: mustBe(
    new RegExp(`^(?:${Object.keys(modes).join('|')})$`, 'i'),
    `sslmode is none of ${Object.keys(modes).join(', ')}.`,
  ),
  ssl: mustBe(new RegExp(`^(?:${Object.keys(switches).join('|')})$`, 'i'), 'ssl is neither true nor false.'),
  sslrootcert: mustBe(path, 'sslrootcert is empty: it is the path of a certificate, or `system`.'),
  sslcert: mustBe(path, 'sslcert is empty: it is the path of a certificate.'),
  sslkey: mustBe(path, 'sslkey is empty: it is the path of a key.'),
  sslnegotiation: mustBe(/^(?:postgres|direct)$/, 'sslnegotiation is neither postgres nor direct.'),
  sslsni: mustBe(/^1$/, 'sslsni must be 1: the name is always told.'),
  sslcompression: mustBe(/^0$/, 'sslcompression must be 0: there is none.'),
  ssl_min_protocol_version: mustBe(
    /^(?:TLSv1(?:\.[12])?)?$/i,
    'ssl_min_protocol_version must be TLSv1.2 or less: the runtime decides, from TLSv1.2 on.',
  ),
  application_name: mustBe(anything, ''),
  fallback_application_name: mustBe(anything, ''),
  options: mustBe(anything, ''),
  connect_timeout: mustBe(number, 'connect_timeout is not a number of seconds.'),
  keepalives: mustBe(/^1$/, 'keepalives must be 1: connections are always kept alive.'),
  keepalives_idle: mustBe(number, 'keepalives_idle is not a number of seconds.'),
  keepalives_interval: mustBe(number, 'keepalives_interval is not a number of seconds.'),
  keepalives_count: mustBe(number, 'keepalives_count is not a number.'),
  tcp_user_timeout: mustBe(number, 'tcp_user_timeout is not a number of milliseconds.'),
  client_encoding: mustBe(/^(?:utf-?8|unicode|auto)$/i, 'client_encoding must be UTF8.'),
  target_session_attrs: mustBe(
    /^(?:any|read-write|primary)$/,
    'target_session_attrs must be any, read-write or primary: only a server that takes writes is used.',
  ),
  load_balance_hosts: mustBe(
    /^disable$/,
    'load_balance_hosts must be disable: Gatehouse connects to one server.',
  ),
  channel_binding: mustBe(
    /^(?:disable|prefer)$/,
    'channel_binding cannot be required: take it out, and let sslmode=verify-full tell who the server is.',
  ),
  gssencmode: mustBe(/^(?:disable|prefer)$/, 'gssencmode cannot be required: use sslmode=verify-full.'),
  /** A parameter of another library; it would weaken the check, and is ignored. */
  uselibpqcompat: mustBe(anything, ''),
  hostaddr: unknown('hostaddr is not understood: write the address as the host.'),
  service: unknown('service is not understood: write out what it stands for.'),
  passfile: unknown('passfile is not understood: put the password into the address.'),
  requirepeer: unknown('requirepeer is not understood, and would not be checked: take it out.'),
  require_auth: unknown('require_auth is not understood, and would not be checked: take it out.'),
  sslcrl: unknown('sslcrl is not understood, and would not be checked: take it out.'),
  sslcrldir: unknown('sslcrldir is not understood, and would not be checked: take it out.'),
  sslpassword: unknown('sslpassword is not understood: use a key without one.'),
  sslcertmode: unknown('sslcertmode is not understood: take it out.'),
  ssl_max_protocol_version: unknown('ssl_max_protocol_version is not understood: take it out.'),
  replication: unknown('replication is not understood: take it out.'),
};

/** The problem of a query, in a sentence that repeats only names and values of libpq. */
export function problemWith(given: Parameters): string | undefined {
  for (const [name, value] of given) {
    if (!Object.hasOwn(rules, name))
      return (
        'Its query has a parameter that PostgreSQL does not know, or Gatehouse does not use; ' +
        'or a ? in user or password is not written %3F.'
      );
    const rule = rules[name];
    if (rule && !rule.allows.test(value)) return rule.message;
  }
  return contradictions(given);
}

function contradictions(given: Parameters): string | undefined {
  const [ssl, sslmode] = [switchOf(given), modeOf(given)];
  if (ssl && sslmode && ssl !== sslmode) return 'ssl and sslmode contradict each other.';
  const mode = sslmode ?? ssl;
  if (given.get('sslrootcert') === 'system' && mode && mode !== 'verify-full')
    return 'sslrootcert=system and sslmode contradict each other.';
  return undefined;
}

/** The same parameters with a single `sslmode`, which is `disable` for a unix domain socket, as in libpq. */
export function tlsOf(given: Parameters, host: string): Parameters {
  const parameters = new Map(given);
  parameters.delete('ssl');
  const isSystem = parameters.get('sslrootcert') === 'system';
  if (isSystem) parameters.delete('sslrootcert');
  const mode = modeOf(given) ?? switchOf(given) ?? (isSystem ? 'verify-full' : undefined);
  if (mode !== undefined) parameters.set('sslmode', mode);
  if (!host.startsWith('/')) return parameters;
  for (const name of ['sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation']) parameters.delete(name);
  return parameters.set('sslmode', 'disable');
}

function modeOf(given: Parameters): string | undefined {
  return modes[given.get('sslmode')?.toLowerCase() ?? ''];
}

function switchOf(given: Parameters): string | undefined {
  return switches[given.get('ssl')?.toLowerCase() ?? ''];
}
