/** Authenticators of Chromium's own, plugged in over the DevTools protocol: they hold passkeys, and a test is their person. */

import type { CDPSession, Page } from 'playwright-core';

/** A device with a fingerprint reader, which offers its passkeys; and a bare security key, which has neither. */
const kinds = {
  device: { transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  'security key': { transport: 'usb', hasResidentKey: false, hasUserVerification: false },
} as const;

export type AuthenticatorKind = keyof typeof kinds;

/** The sockets of a page. Without an authenticator in them the page has no passkeys. */
export class Authenticators {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(page: Page): Promise<Authenticators> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    return new Authenticators(session);
  }

  /** Plugs in a new authenticator, which waits for a touch. */
  async plugIn(kind: AuthenticatorKind): Promise<VirtualAuthenticator> {
    const { authenticatorId } = await this.#session.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', ...kinds[kind], automaticPresenceSimulation: false },
    });
    return new VirtualAuthenticator(this.#session, authenticatorId);
  }
}

export class VirtualAuthenticator {
  readonly #session: CDPSession;
  readonly #authenticatorId: string;

  constructor(session: CDPSession, authenticatorId: string) {
    this.#session = session;
    this.#authenticatorId = authenticatorId;
  }

  /** Touches it for as long as something is done: whatever asks for a passkey meanwhile, is answered. */
  async touchedDuring<Result>(act: () => Promise<Result>): Promise<Result> {
    await this.#touch(true);
    try {
      return await act();
    } finally {
      await this.#touch(false);
    }
  }

  /**
   * The same with a finger that it does not know; `open` comes between, because a request that waits already has been promised
   * the finger of its owner.
   */
  async touchedByStranger<Result>(open: () => Promise<unknown>, act: () => Promise<Result>): Promise<Result> {
    await this.#verify(false);
    try {
      await open();
      return await this.touchedDuring(act);
    } finally {
      await this.#verify(true);
    }
  }

  /** The passkeys that it holds, by their ids in base64, and how often each was used. */
  async passkeys(): Promise<{ readonly id: string; readonly uses: number }[]> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#authenticatorId,
    });
    return credentials.map(({ credentialId, signCount }) => ({ id: credentialId, uses: signCount }));
  }

  unplug(): Promise<unknown> {
    return this.#session.send('WebAuthn.removeVirtualAuthenticator', {
      authenticatorId: this.#authenticatorId,
    });
  }

  #touch(enabled: boolean): Promise<unknown> {
    return this.#session.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.#authenticatorId,
      enabled,
    });
  }

  #verify(isUserVerified: boolean): Promise<unknown> {
    return this.#session.send('WebAuthn.setUserVerified', {
      authenticatorId: this.#authenticatorId,
      isUserVerified,
    });
  }
}

/** What a page asks an authenticator for, as far as the tests change it. */
export interface AskedOptions {
  /** The ids of the passkeys that may answer; `null` for all. */
  readonly allowed?: readonly string[] | null;
  readonly userVerification?: 'discouraged';
  readonly timeout?: number;
}

/** Makes the browser of an open page ask authenticators for something else than the server said. */
export async function tamper(page: Page, { allowed, ...changes }: AskedOptions): Promise<void> {
  await page.evaluate(`{
    const [changes, allowed] = ${JSON.stringify([changes, allowed])};
    if (allowed === null) changes.allowCredentials = [];
    else if (allowed) changes.allowCredentials = allowed.map((id) => ({ type: 'public-key', id: bytesOf(id) }));
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = (asked) => get({ ...asked, publicKey: { ...asked.publicKey, ...changes } });
    function bytesOf(id) {
      return Uint8Array.from(atob(id), (character) => character.charCodeAt(0));
    }
  }`);
}
