/** The composition root: settings in, one `Request → Response` handler out. */

import { setImmediate as pause } from 'node:timers/promises';
import { outboxPost } from './mail/outbox.ts';
import { Sender } from './mail/sender.ts';
import { smtpPost } from './mail/smtp.ts';
import { linkBase } from './mail/words.ts';
import { type Log, openGate } from './open.ts';
import { readSettings, type Settings } from './settings.ts';
import type { Store } from './storage/port.ts';
import type { Gate } from './usecases/gate.ts';
import { prepareMail } from './usecases/letter.ts';
import { sweep } from './usecases/sweep.ts';
import { ownAccount } from './wire/account.ts';
import { createApp } from './wire/app.ts';
import type { Connection } from './wire/call.ts';
import { sessionCookie } from './wire/carrier.ts';
import { dotjson } from './wire/dotjson.ts';
import { ownEmail } from './wire/email.ts';
import { envelope } from './wire/envelope.ts';
import { rest } from './wire/rest.ts';
import { sessionCheck } from './wire/session.ts';
import { ownSessions } from './wire/sessions.ts';
import { site } from './wire/site.ts';

export type { Log };

export interface GatehouseOptions {
  /** Options by their name in `docs/settings.md`; what is missing takes its default. Nothing is read from the environment. */
  readonly settings?: Partial<Settings>;
  /** Receives one audit entry per event and one entry per error. Default: nothing is reported. */
  readonly log?: Log;
  /** Epoch milliseconds. Default: the system clock. */
  readonly clock?: () => number;
}

/** A running Gatehouse. */
export interface Gatehouse {
  /**
   * Answers a request in the shape of the contract that owns its path; never rejects. Give it the peer's address,
   * or all clients are throttled as one.
   */
  fetch(request: Request, connection?: Connection): Response | Promise<Response>;
  /** Stops the sweep, waits a little for mails under way, writes what is waiting and closes the store. Call it once no request is under way. */
  close(): Promise<void>;
}

const silent: Log = { info: () => {}, error: () => {} };

/**
 * Opens the store and puts Gatehouse together.
 *
 * @throws {StoreUnusable} if the database cannot be opened; the message says what to do.
 */
export async function createGatehouse(options: GatehouseOptions = {}): Promise<Gatehouse> {
  const { log = silent, clock = Date.now } = options;
  const settings: Settings = { ...readSettings({}), ...options.settings };
  const { gate, store, close } = openGate(settings, log, () => sender.wake());
  const sender = createSender(settings, gate, log, clock);
  const handle = createApp({
    gate,
    contracts: createContracts(settings, gate, store),
    allowedOrigins: settings.allowedOrigins,
    trustedProxies: settings.trustedProxies,
    secure: !settings.debug,
    clock,
    onError: (error, about) => log.error({ err: error, ...about }, 'request failed'),
  });
  const sweeping = setInterval(
    () => sweep(gate, clock(), pause).catch((error) => log.error({ err: error }, 'sweep failed')),
    settings.sweepSeconds * 1_000,
  ).unref();

  sender.start();

  return {
    fetch: handle,
    async close() {
      clearInterval(sweeping);
      await sender.close();
      await close();
    },
  };
}

/** Mails go to the mail server of the settings, or into a folder that the log names once. */
function createSender(settings: Settings, gate: Gate, log: Log, clock: () => number): Sender {
  const { smtpUrl, mailFrom, mailOutbox } = settings;
  const tell = (folder: string) =>
    log.info({ folder }, 'GATEHOUSE_SMTP_URL is not set: mails are written to a folder');
  return new Sender({
    mails: gate.mails,
    post: smtpUrl ? smtpPost(smtpUrl, mailFrom) : outboxPost(mailOutbox, mailFrom, tell),
    base: linkBase(settings),
    prepare: (mail, now) => prepareMail(gate, mail, now),
    clock,
    log,
  });
}

function createContracts(settings: Settings, gate: Gate, store: Store) {
  const cookie = sessionCookie(!settings.debug, settings.sessionLifetimeSeconds);
  return [
    envelope(gate, settings.envelopeStatus),
    sessionCheck(gate),
    ownSessions(gate, cookie),
    ownAccount(gate, cookie),
    ownEmail(gate),
    rest(gate, cookie),
    dotjson(gate, cookie, {
      statusMode: settings.dotjsonStatus,
      enumeration: settings.enumeration,
      timeZone: settings.timeZone,
    }),
    site(() => store.ping()),
  ];
}
