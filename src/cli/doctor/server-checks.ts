/** The doctor's checks of a running server: whether it answers, and which client network it detects. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type ContractName, headerNames, type Settings } from '../../settings/settings.ts';
import type { AuditEntry } from '../../storage/port/port.ts';
import { isLocal } from './cookie/page-address.ts';
import { type Finding, finder } from './finding.ts';
import { clockSlackMs } from './local-checks.ts';

/** An address for documentation (RFC 5737): no real client has it. */
const forged = '192.0.2.77';

/** The headers of a client that forges this address. */
const forgery = { 'x-forwarded-for': forged, forwarded: `for=${forged}` };

/** The settings that decide which client network a server detects. */
type Trust = Pick<Settings, 'trustedProxies' | 'forwardedHeader'>;

/** The settings that the checks of a server need. */
type Probed = Trust & Pick<Settings, 'contracts'>;

/** The time limit for one answer of the server, in milliseconds. */
const timeoutMs = 5_000;

/** The longest wait for the audit entry of a request, in milliseconds. */
const entryPatienceMs = 1_000;

/** Finds an audit entry by the id of its request; `undefined` if it does not exist. */
export type FindEntry = (requestId: string) => Promise<AuditEntry | undefined>;

interface Login {
  readonly path: string;
  readonly field: string;
}

const logins: Readonly<Record<ContractName, Login>> = {
  rest: { path: '/auth/login', field: 'email' },
  dotjson: { path: '/login.json', field: 'username' },
  envelope: { path: '/api/auth/login', field: 'username' },
};

/** The login route of a served contract. */
function loginOf(contracts: readonly ContractName[]): Login {
  const [first] = contracts;
  return first === undefined || contracts.includes('rest') ? logins.rest : logins[first];
}

/** Checks the server at `url`, which runs with these settings. */
export async function serverFindings(
  url: URL,
  settings: Probed,
  findEntry: FindEntry | undefined,
): Promise<Finding[]> {
  const { ok, problem } = finder('server');
  try {
    const lives = await ask(url, '/healthz');
    if (!lives.ok) return [problem(`/healthz answers ${lives.status}: is this Gatehouse?`)];
    const ready = await ask(url, '/readyz');
    return [
      ready.ok ? ok('It answers, and so does its database.') : problem('Its database does not answer.'),
      ...transportFindings(url, ready),
      ...dateFindings(ready, Date.now()),
      await hostFinding(url),
      ...(await forwardedFindings(url, settings, findEntry)),
    ];
  } catch (error) {
    const { message, cause } = error as Error;
    return [problem(`${url.origin} does not answer: ${(cause as Error | undefined)?.message ?? message}.`)];
  }
}

function ask(url: URL, path: string, init: RequestInit = {}): Promise<Response> {
  const address = new URL(url.pathname.replace(/\/$/, '') + path, url);
  return fetch(address, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
}

/** Checks the headers as browsers receive them, after any proxy. */
function transportFindings(url: URL, { headers }: Response): Finding[] {
  const { warning, problem } = finder('server');
  const isSecure = url.protocol === 'https:';
  return [
    ...(isSecure || isLocal(url)
      ? []
      : [
          problem(
            'It is reached over plain HTTP: browsers drop its cookies, and others can read the traffic.',
          ),
        ]),
    ...(isSecure && !headers.has('strict-transport-security')
      ? [
          warning(
            'Strict-Transport-Security does not arrive: GATEHOUSE_DEBUG is on, GATEHOUSE_HSTS is off, or a proxy removes it.',
          ),
        ]
      : []),
    ...(headers.get('cache-control')?.includes('no-store')
      ? []
      : [problem('Cache-Control: no-store does not arrive: something on the way may keep answers.')]),
  ];
}

function dateFindings({ headers }: Response, now: number): Finding[] {
  const { ok, problem } = finder('clock');
  const at = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(at)) return [];
  const apartMs = Math.abs(now - at);
  return [
    apartMs > clockSlackMs
      ? problem(`The clocks of the server and this machine are ${Math.round(apartMs / 1_000)} s apart.`)
      : ok('The clocks of the server and this machine agree.'),
  ];
}

/**
 * Sends the request of a page of the server's own origin, without `Sec-Fetch-Site`: if a proxy does not forward `Host`, it
 * is refused as cross-site (ruling W4). Without a session the request changes nothing.
 */
async function hostFinding(url: URL): Promise<Finding> {
  const { ok, warning, problem } = finder('origin');
  const { status } = await ask(url, '/auth/sessions', { method: 'DELETE', headers: { origin: url.origin } });
  if (status === 401)
    return ok(`Pages of ${url.origin} may call: the Host header arrives as browsers send it.`);
  if (status !== 403)
    return warning(`Whether pages of ${url.origin} may call is not known: it answered ${status}.`);
  return problem(
    `Pages of ${url.origin} are refused with 403: the proxy replaces the Host header. ` +
      'Let it pass on the one that browsers send (nginx: proxy_set_header Host $http_host), ' +
      'or add the origin to GATEHOUSE_ALLOWED_ORIGINS.',
  );
}

/**
 * No answer shows which client network the server detects, but the audit entry of a refused login does. So this check sends
 * a login with a forged header and a name that cannot exist.
 */
async function forwardedFindings(
  url: URL,
  settings: Probed,
  findEntry: FindEntry | undefined,
): Promise<Finding[]> {
  const { warning } = finder('proxies');
  if (!findEntry)
    return [warning('The detected client network is visible only in the database of the server.')];
  const login = loginOf(settings.contracts);
  const response = await ask(url, login.path, {
    method: 'POST',
    headers: forgery,
    body: new Blob(
      [JSON.stringify({ [login.field]: 'doctor@gatehouse.invalid', password: 'not a password' })],
      { type: 'application/json' },
    ),
  });
  const entry = await waitFor(findEntry, response.headers.get('x-request-id') ?? '');
  if (entry) return [verdictOn(entry.network, url, settings)];
  return [
    warning(
      `The login of this check is not in the audit (the answer was ${response.status}): the server at ` +
        `${url.origin} uses another database than DATABASE_URL, or refuses too many requests.`,
    ),
  ];
}

async function waitFor(findEntry: FindEntry, requestId: string): Promise<AuditEntry | undefined> {
  const giveUpAt = performance.now() + entryPatienceMs;
  for (;;) {
    const entry = await findEntry(requestId);
    if (entry || performance.now() > giveUpAt) return entry;
    await sleep(50);
  }
}

function verdictOn(network: string, url: URL, { trustedProxies, forwardedHeader }: Trust): Finding {
  const header = headerNames[forwardedHeader];
  const { ok, warning, problem } = finder('proxies');
  if (network === forged) {
    return isLocal(url)
      ? warning(
          `A forged ${header} was believed, since this machine is a trusted proxy. ` +
            'Ask again through the proxy, from elsewhere.',
        )
      : problem(
          `A forged ${header} was believed: the proxy passes on what clients say. ` +
            'Let it append the address it sees, or name fewer proxies in GATEHOUSE_TRUSTED_PROXIES.',
        );
  }
  if (!isLocal(url) && /^(?:127\.|::\/64$)/.test(network)) {
    const remedy =
      trustedProxies.length > 0 ? `Let the proxy write ${header}.` : 'Name it in GATEHOUSE_TRUSTED_PROXIES.';
    return problem(`A proxy on the server's machine hides all clients: they count as ${network}. ${remedy}`);
  }
  return ok(`A forged ${header} was not believed: the server counted ${network}. Is that where you are?`);
}
