/** The composition root: settings in, one handler of requests out. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Contract } from './http/contract.ts';
import { dotjson } from './http/contracts/dotjson.ts';
import { envelope } from './http/contracts/envelope.ts';
import { rest } from './http/contracts/rest.ts';
import { type Connection, fetchListener } from './http/fetch-adapter.ts';
import { Handler } from './http/handler.ts';
import { type Listener, requestListener } from './http/node-adapter.ts';
import { Cookies } from './http/request/cookies.ts';
import { ResponseCounters } from './http/response-counters.ts';
import { assertUnambiguous, Router } from './http/router.ts';
import { site } from './http/routes/health.ts';
import { ownAccount } from './http/routes/own-account.ts';
import { ownEmail } from './http/routes/own-email.ts';
import { ownSessions } from './http/routes/own-sessions.ts';
import { type CheckCounts, sessionCheck } from './http/routes/session-check.ts';
import { folderTransport } from './mail/folder-transport.ts';
import { Sender } from './mail/queue-sender.ts';
import { loadMailLibrary, smtpTransport } from './mail/smtp-transport.ts';
import { auditEndLogger, startSweeping } from './maintenance/periodic-tasks.ts';
import { collectMetrics } from './metrics/metrics.ts';
import { prometheusText } from './metrics/prometheus-text.ts';
import { type Log, openServices } from './open-services.ts';
import { closest } from './settings/did-you-mean.ts';
import { comparableBlock } from './settings/ip-addresses.ts';
import { table } from './settings/option-table.ts';
import { linkBase } from './settings/outbound-addresses.ts';
import { hstsOf, isContract, type Settings, type Share } from './settings/settings.ts';
import { checkSettings } from './settings/validate-settings.ts';
import type { Metric } from './storage/port/port.ts';
import { prepareMail } from './usecases/account/mail-content.ts';
import type { Services } from './usecases/services.ts';

export type { Log };

export interface GatehouseOptions {
  /**
   * Options by their name in `docs/settings.md`; what is missing or `undefined` takes its default. Nothing is read from
   * the environment.
   */
  readonly settings?: Partial<Settings>;
  /**
   * Receives one audit entry per event, one entry per error, and the end of the audit's chain whenever it has moved.
   * Default: nothing is reported.
   */
  readonly log?: Log;
  /** Epoch milliseconds. Default: the clock of the store (PostgreSQL), else the system clock. */
  readonly clock?: () => number;
  /** Its share of threads and connections, if several processes do the work of one node. Default: all there are. */
  readonly share?: Share;
}

/** A running Gatehouse. */
export interface Gatehouse {
  /**
   * Answers a request in the shape of the contract that owns its path; never rejects. Give it the peer's address,
   * or all clients are throttled as one.
   */
  fetch(request: Request, connection?: Connection): Promise<Response>;
  /** The same for `node:http`, without the detour; it has to come before anything else that reads bodies. */
  readonly listener: Listener;
  /**
   * The paths to hand over, base path included: exact ones, and one that ends in `:handle` as Express and Hono write
   * parameters. Their neighbours are the application's. Health routes and the OpenAPI document are not among them.
   */
  readonly paths: readonly string[];
  /** Whether a request target, such as `incoming.url`, is one of these paths, with or without a query. */
  owns(target: string): boolean;
  /**
   * What can be said of it in numbers, for a registry of your own: plain data, read now. Metrics of the process are not
   * among them.
   */
  metrics(): readonly Metric[];
  /** What is worth a warning about how the store was found; empty as a rule. */
  readonly warnings: readonly string[];
  /** Whether there are users, by a look at the first one; `undefined` if the store does not say within half a second. */
  hasUsers(): Promise<boolean | undefined>;
  /** The metrics in the text format of Prometheus (0.0.4), to be served as it is or behind your own. */
  prometheusText(): Promise<string>;
  /**
   * Stops the sweep, waits a little for mails under way, writes what is waiting and closes the store. Call it once no
   * request is under way; further calls wait for the first.
   */
  close(): Promise<void>;
}

/** A new option does not compile before it is known here. */
const options = { settings: 0, log: 0, clock: 0, share: 0 } satisfies Record<keyof GatehouseOptions, 0>;

/** How long the question whether there are users may take. */
const usersMs = 500;

const silent: Log = { info: () => {}, error: () => {} };

/**
 * Opens the store and puts Gatehouse together.
 *
 * @throws {UnusableSettings} if options or settings cannot be used, before anything is opened, or if two contracts would
 * claim one path under the base path (ruling W6); `problems` holds all.
 * @throws {StoreUnusable} if the database cannot be opened; the message says what to do.
 */
export async function createGatehouse(given: GatehouseOptions = {}): Promise<Gatehouse> {
  const { log = silent } = given;
  const settings = checkSettings(given.settings, unknownOptions(given));
  const onMail = () => sender.wake();
  if (settings.smtpUrl !== '') await loadMailLibrary();
  const { services, store, warnings, close } = await openServices(settings, log, onMail, given.share);
  const clock = given.clock ?? store.clock ?? Date.now;
  const sender = createSender(settings, services, log, clock);
  const checks: CheckCounts = { live: 0, dead: 0, none: 0 };
  const contracts = createContracts(settings, services, checks);
  const { basePath } = settings;
  try {
    assertUnambiguous(contracts, basePath);
  } catch (error) {
    await close();
    throw error;
  }
  const owned = new Router(contracts, basePath);
  const all = [...contracts, site(() => store.ping(), basePath, settings.contracts)];
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
    hsts: hstsOf(settings),
    clock,
    responseCounters,
    onError: (error, about) => log.error({ err: error, ...about }, 'request failed'),
    onCrossSite: (about) => log.info(about, 'cross-site request refused'),
  });
  // Of several workers one tells for all.
  const noteEnd = (given.share?.number ?? 1) === 1 ? auditEndLogger(services, log) : async () => {};
  const sweeping = startSweeping(services, settings.sweepSeconds, log, clock, noteEnd);
  const metrics = () =>
    collectMetrics({ services, store, sender, responseCounters, checks, sweeps: sweeping.counts });

  sender.start();

  return {
    listener: requestListener(handler),
    fetch: fetchListener(handler),
    paths: owned.patterns,
    owns: (target) => owned.has(target),
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

/** A setting that is given beside `settings` would count for nothing, and the default be used in its place. */
function unknownOptions(given: object): string[] {
  const known = Object.keys(options);
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      if (Object.hasOwn(table, name)) return `${name} is a setting: give it in \`settings\`.`;
      const meant = closest(name, known);
      return `${JSON.stringify(name).slice(1, -1)} is not an option.${meant ? ` Did you mean ${meant}?` : ''}`;
    });
}

/** A step that is done once, however often it is asked for: a second call gets the promise of the first. */
function once(step: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= step();
    return done;
  };
}

/** It is asked only for words to people: a start does not wait for them. */
async function isInUse(services: Pick<Services, 'accounts'>): Promise<boolean | undefined> {
  const late = sleep(usersMs, undefined, { ref: false });
  const asked = services.accounts.list({ limit: 1 }).then(
    (users) => users.length > 0,
    () => undefined,
  );
  return Promise.race([asked, late]);
}

/** Mails go to the mail server of the settings, or into a folder that the log names once. */
function createSender(settings: Settings, services: Services, log: Log, clock: () => number): Sender {
  const { smtpUrl, mailFrom, mailOutbox } = settings;
  const tell = (folder: string) =>
    log.info({ folder }, 'GATEHOUSE_SMTP_URL is not set: mails are written to a folder');
  return new Sender({
    mails: services.mails,
    transport: smtpUrl ? smtpTransport(smtpUrl, mailFrom) : folderTransport(mailOutbox, mailFrom, tell),
    linkBase: linkBase(settings),
    prepare: (mail, now) => prepareMail(services, mail, now),
    clock,
    log,
  });
}

/** The contracts that are served, in the order in which they claim paths. */
export function createContracts(settings: Settings, services: Services, checks: CheckCounts): Contract[] {
  const cookies = new Cookies(!settings.debug, settings.sessionLifetimeSeconds);
  const all = [
    envelope(services, settings.envelopeStatus),
    sessionCheck(services, checks),
    ownSessions(services, cookies),
    ownAccount(services, cookies),
    ownEmail(services),
    rest(services, cookies),
    dotjson(services, cookies, {
      statusMode: settings.dotjsonStatus,
      enumeration: settings.enumeration,
      timeZone: settings.timeZone,
    }),
  ];
  // What lies under `/auth` besides `rest` is of no contract, and cannot be switched off (ruling W5).
  const isServed = (name: string) => !isContract(name) || settings.contracts.includes(name);
  return all.filter(({ name }) => isServed(name));
}
