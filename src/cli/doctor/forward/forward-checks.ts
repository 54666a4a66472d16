/** The doctor's checks of forward authentication: what a protected application gets through the proxy (ruling W7). */

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { newHandle } from '../../../crypto/ids.ts';
import { type Finding, finder } from '../finding.ts';
import { type Forgery, forgeriesOf, variableOf } from './forgeries.ts';
import { type Arrived, type Probe, startProbe } from './probe.ts';

const { ok, warning, problem } = finder('forward');

/** The time limit for one answer of the proxy, in milliseconds. */
const timeoutMs = 5_000;

/** What is checked. */
export interface ForwardAsked {
  /** The address of the protected application, as people reach it. */
  readonly url: URL;
  /** Where the proxy finds the application, and the probe takes its place. */
  readonly host: string;
  readonly port: number;
  /** The names of the identity headers. */
  readonly names: readonly string[];
  /** The id of a live session, to get through; empty for none. */
  readonly sessionId: string;
}

/** Sends forged headers through the proxy, without a session and with one, and says what reached the probe. */
export async function forwardFindings(asked: ForwardAsked): Promise<Finding[]> {
  const probe = await startProbe(asked.host, asked.port);
  try {
    const value = `forged-${newHandle()}`;
    const forgeries = forgeriesOf(asked.names, value);
    return [
      ...(await withoutSession(asked, probe, forgeries)),
      ...(await withSession(asked, probe, forgeries, value)),
    ];
  } catch (error) {
    return [problem(`${asked.url.origin} does not answer: ${(error as Error).message}.`)];
  } finally {
    probe.close();
  }
}

async function withoutSession({ url }: ForwardAsked, probe: Probe, forgeries: readonly Forgery[]) {
  const through: string[] = [];
  const statuses = new Set<number>();
  for (const { what, headers } of forgeries) {
    statuses.add(await send(url, headers));
    if (probe.take().length > 0) through.push(what);
  }
  if (through.length > 0)
    return [
      problem(
        `Without a session ${through.length} of ${forgeries.length} requests reached the application (identity headers ${through.join('; ')}): the proxy does not ask /auth/forward here, or passes on what it refuses.`,
      ),
    ];
  const said = [...statuses].join(', ');
  const isRefusal = [...statuses].every((status) => [302, 303, 401].includes(status));
  const finding = `Without a session nothing reached the application: the proxy answered ${said}.`;
  return [isRefusal ? ok(finding) : warning(`${finding} 401 or 302 was expected: does it reach Gatehouse?`)];
}

async function withSession(
  { url, names, sessionId, host, port }: ForwardAsked,
  probe: Probe,
  forgeries: readonly Forgery[],
  value: string,
): Promise<Finding[]> {
  if (sessionId === '')
    return [
      warning(
        'What an application gets of a signed-in person was not checked: give a session id with --session.',
      ),
    ];
  const cookie = ['Cookie', `session_id=${sessionId}`] as const;
  const status = await send(url, [cookie]);
  const [plain] = probe.take();
  if (!plain)
    return [
      problem(
        `The request with the session did not reach the probe at ${host}:${port}: the proxy answered ${status}. Is the session alive, and does the proxy pass this address on to the probe?`,
      ),
    ];
  const found: (Finding | undefined)[] = [];
  for (const { what, headers } of forgeries) {
    const answered = await send(url, [cookie, ...headers]);
    const [arrived] = probe.take();
    if (arrived) found.push(verdictOn(what, arrived, value));
    // A proxy may refuse such a request altogether.
    else if (answered >= 500)
      found.push(warning(`With identity headers ${what} the proxy answered ${answered}.`));
  }
  const bad = found.filter((one) => one !== undefined);
  const forged =
    bad.length === 0
      ? [ok(`None of the forged identity headers reached the application, in ${forgeries.length} spellings.`)]
      : bad;
  return [...forged, identityFinding(names, plain), ...(await namedInConnection(url, names, cookie, probe))];
}

/** Every header that carries the forged value, whatever the proxy made of its name. */
function verdictOn(what: string, arrived: readonly Arrived[], value: string): Finding | undefined {
  const names = new Set(arrived.filter(([, text]) => text.includes(value)).map(([name]) => name));
  if (names.size === 0) return undefined;
  const list = [...names].join(', ');
  return problem(
    `Forged identity headers reached the application (${what}): ${list}. Let the proxy remove every spelling that a client sends.`,
  );
}

function identityFinding(names: readonly string[], arrived: readonly Arrived[]): Finding {
  const valuesOf = (name: string) =>
    arrived.filter(([one]) => variableOf(one) === variableOf(name)).map(([, value]) => value);
  const [user = ''] = names;
  const twice = names.filter((name) => valuesOf(name).length > 1);
  if (twice.length > 0) return problem(`The application gets ${twice.join(', ')} more than once.`);
  if (!valuesOf(user)[0])
    return problem(`The application does not get ${user} of a signed-in person: let the proxy copy it.`);
  const missing = names.filter((name) => valuesOf(name).length === 0);
  const said = names.filter((name) => valuesOf(name).length === 1).join(', ');
  // nginx sends no header that is empty.
  const note = missing.length > 0 ? ` Empty or not copied: ${missing.join(', ')}.` : '';
  return ok(`Of a signed-in person the application gets ${said}, once each.${note}`);
}

/** A client that names a header in `Connection` may make a proxy remove its own (RFC 9110, section 7.6.1). */
async function namedInConnection(url: URL, names: readonly string[], cookie: Arrived, probe: Probe) {
  await send(url, [cookie, ['Connection', `close, ${names.join(', ')}`]]);
  const [arrived] = probe.take();
  const [user = ''] = names;
  if (!arrived || arrived.some(([name, value]) => variableOf(name) === variableOf(user) && value !== ''))
    return [];
  return [
    warning(
      `A client that names ${user} in Connection makes the proxy remove it: the application must refuse a request without ${user}, and never take it for a guest with rights.`,
    ),
  ];
}

/** Sends exactly these headers, on a connection of its own; returns the status. */
function send(url: URL, headers: readonly Arrived[]): Promise<number> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const all = [['Host', url.host] as const, ['Accept', 'text/html'] as const, ...headers];
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, headers: all.flat(), timeout: timeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject);
    sent.end();
  });
}
