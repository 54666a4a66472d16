/** The composition root: makes a request handler from settings. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, fetchListener } from './http/fetch-adapter.ts';
import { forwardCookieOf } from './http/forward/open-forward-cookie.ts';
import { Handler } from './http/handler.ts';
import { type Listener, requestListener } from './http/node-adapter.ts';
import { ResponseCounters } from './http/response-counters.ts';
import { assertUnambiguous, Router } from './http/router.ts';
import { site } from './http/routes/health.ts';
import { RequestCheck } from './http/routes/session-check.ts';
import { servedContracts, sharedParts } from './http/served-contracts.ts';
import { type Sessions, sessionsOfAll, type Users, usersOf } from './library/administration.ts';
import { hookListeners } from './library/hooks.ts';
import { type GatehouseOptions, optionProblems, settingsOf } from './library/options.ts';
import { type ReadSession, sessionReader } from './library/session.ts';
import { folderTransport } from './mail/folder-transport.ts';
import { Sender } from './mail/queue-sender.ts';
import { loadMailLibrary, smtpTransport } from './mail/smtp-transport.ts';
import { auditEndLogger, startSweeping } from './maintenance/periodic-tasks.ts';
import { collectMetrics } from './metrics/metrics.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import { type Log, openServices } from './open-services.ts';
import { pages } from './pages/pages.ts';
import { comparableBlock } from './settings/ip-addresses.ts';
import { linkBase } from './settings/outbound-addresses.ts';
import { UnusableSettings } from './settings/read-settings.ts';
import { hstsOf, type Settings } from './settings/settings.ts';
import { checkSettings } from './settings/validate-settings.ts';
import type { Metric } from './storage/port/port.ts';
import { prepareMail } from './usecases/account/mail-content.ts';
import type { Services } from './usecases/services.ts';

export type { GatehouseOptions, Log };

/** A running Gatehouse. */
export interface Gatehouse {
  /**
   * Answers a request in the shape of the contract that owns its path; never rejects. Give it the peer's address, otherwise
   * all clients are throttled as one.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** The same for `node:http`, without conversion; mount it before anything else that reads bodies. */
  readonly listener: Listener;
  /**
   * The paths to route to Gatehouse, base path included: exact ones, and one that ends in `:handle`, the parameter syntax
   * of Express and Hono. All other paths are the application's. Health routes and the OpenAPI document are not included.
   */
  readonly paths: readonly string[];
  /** Whether a request target, such as `incoming.url`, is one of these paths, with or without a query. */
  owns(target: string): boolean;
  /**
   * Who sent a request: takes its `Request`, its `Headers`, or a request of `node:http`, with the cookie, the bearer token or
   * `X-Session-Id` (ruling B1). Costs no HTTP, is never throttled, and never rejects for a store that is away.
   *
   * @throws {TypeError} (as a rejection) if it is given anything else.
   */
  readonly session: ReadSession;
  /** Accounts, for the application's own code; audited as `library`. */
  readonly users: Users;
  /** Sessions of any user, for the application's own code; audited as `library`. */
  readonly sessions: Sessions;
  /** The current metrics as plain data, for a registry of your own, without those of the process. */
  metrics(): readonly Metric[];
  /** Warnings about the store; usually empty. */
  readonly warnings: readonly string[];
  /** Whether there are users; `undefined` if the store does not answer within half a second. */
  hasUsers(): Promise<boolean | undefined>;
  /** The metrics in the text format of Prometheus (0.0.4), to serve as it is or after your own. */
  prometheusText(): Promise<string>;
  /**
   * Stops the sweep, waits up to 3 seconds for mails in progress, writes what is buffered and closes the store. Call it
   * when no request is in progress; further calls wait for the first.
   */
  close(): Promise<void>;
}

/** The time limit of `hasUsers`. */
const usersMs = 500;

const silent: Log = { info: () => {}, error: () => {} };

/**
 * Opens the store and composes Gatehouse.
 *
 * @throws {UnusableSettings} if options or settings cannot be used, before anything is opened, or if two contracts would
 * own one path under the base path (ruling W6); `problems` has all.
 * @throws {StoreUnusable} if the database cannot be opened; the message gives advice.
 */
export async function createGatehouse(given: GatehouseOptions = {}): Promise<Gatehouse> {
  const settings = checkSettings(settingsOf(given), optionProblems(given));
  await assertSecretKeyFile(settings);
  const forwardCookie = await forwardCookieOf(settings);
  const { log = silent } = given;
  const onMail = () => sender.wake();
  if (settings.smtpUrl !== '') await loadMailLibrary();
  const hooks = hookListeners(given, (err, hook) => log.error({ err, hook }, 'hook failed'));
  const { services, store, warnings, close } = await openServices(
    settings,
    log,
    { onMail, ...hooks },
    given.share,
  );
  const clock = given.clock ?? store.clock ?? Date.now;
  const sender = createSender(settings, services, log, clock);
  const check = new RequestCheck(services);
  const { basePath } = settings;
  const ready = () => store.ping();
  const shared = sharedParts(settings, forwardCookie);
  const contracts = servedContracts(settings, services, check, shared);
  const ownPages = await orClose(close, () => {
    assertUnambiguous(contracts, basePath);
    return pages({ settings, services, ready, ...shared });
  });
  // The page at `/` is not among them: an application has its own.
  const owned = new Router([...contracts, ...ownPages.filter(({ name }) => name === 'pages')], basePath);
  const all = [...contracts, ...ownPages, site(ready, basePath, settings.contracts, given.stopping)];
  const responseCounters = new ResponseCounters(all.map(({ name }) => name));
  const handler = new Handler({
    services,
    contracts: all,
    basePath,
    allowedOrigins: settings.allowedOrigins,
    trustedProxies: settings.trustedProxies.map((proxy) =>
      proxy === 'unix' ? proxy : comparableBlock(proxy),
    ),
    forwardedHeader: settings.forwardedHeader,
    secure: !settings.debug,
    language: settings.language,
    hsts: hstsOf(settings),
    clock,
    responseCounters,
    onError: (error, about) => log.error({ err: error, ...about }, 'request failed'),
    onCrossSite: (about) => log.info(about, 'cross-site request refused'),
  });
  // Of several workers only the first logs it.
  const noteEnd = (given.share?.number ?? 1) === 1 ? auditEndLogger(services, log) : async () => {};
  const sweeping = startSweeping(services, settings.sweepSeconds, log, clock, noteEnd);
  const metrics = () =>
    collectMetrics({
      services,
      store,
      sender,
      responseCounters,
      checks: check.counts,
      sweeps: sweeping.counts,
    });

  sender.start();

  return {
    listener: requestListener(handler),
    fetch: fetchListener(handler),
    paths: owned.patterns,
    owns: (target) => owned.has(target),
    session: sessionReader(check, clock, (err) => log.error({ err }, 'session check failed')),
    users: usersOf(services, clock),
    sessions: sessionsOfAll(services, clock),
    metrics,
    warnings,
    hasUsers: () => isInUse(services),
    prometheusText: async () => prometheusText(metrics()),
    close: once(async () => {
      sweeping.stop();
      await sender.close();
      await noteEnd();
      await close();
    }),
  };
}

/** A file without a key stops the start, not the first enrolment. */
async function assertSecretKeyFile(settings: Settings): Promise<void> {
  if (settings.secretKeyFile === '') return;
  const { secretKeyFileProblems } = await import('./crypto/secret-key-file.ts');
  const problems = secretKeyFileProblems(settings);
  if (problems.length > 0) throw new UnusableSettings(problems);
}

/** The result of a step; if it fails, the store is closed first. */
async function orClose<Result>(close: () => Promise<void>, step: () => Result): Promise<Result> {
  try {
    return step();
  } catch (error) {
    await close();
    throw error;
  }
}

/** A step that runs once; later calls get the promise of the first. */
function once(step: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= step();
    return done;
  };
}

/** Only the greeting needs the answer, so that a start does not wait for it. */
async function isInUse(services: Pick<Services, 'accounts'>): Promise<boolean | undefined> {
  const late = sleep(usersMs, undefined, { ref: false });
  const asked = services.accounts.list({ limit: 1 }).then(
    (users) => users.length > 0,
    () => undefined,
  );
  return Promise.race([asked, late]);
}

/** Mails go to the mail server of the settings, or into a folder, which the log names once. */
function createSender(settings: Settings, services: Services, log: Log, clock: () => number): Sender {
  const { smtpUrl, mailFrom, mailOutbox } = settings;
  const tell = (folder: string) =>
    log.info({ folder }, 'GATEHOUSE_SMTP_URL is not set: mails are written to a folder');
  return new Sender({
    mails: services.mails,
    transport: smtpUrl ? smtpTransport(smtpUrl, mailFrom) : folderTransport(mailOutbox, mailFrom, tell),
    linkBase: linkBase(settings),
    language: settings.language,
    prepare: (mail, now) => prepareMail(services, mail, now),
    clock,
    log,
  });
}
