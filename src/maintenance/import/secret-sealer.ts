/** Encrypts the secrets of authenticator apps for the server that they come to. */

import type { SecretBox } from '../../crypto/secret-box.ts';
import type { NoKey } from '../../crypto/secret-key-file.ts';
import type { Fault } from './records.ts';

/** The key of this server, opened when the first secret needs it. `mayCreate` makes one where none is needed yet. */
export type OpenBox = (mayCreate: boolean) => Promise<SecretBox | NoKey>;

const otherKey: Fault = {
  reason: 'totp_other_key',
  message:
    'The secret of its authenticator app is encrypted with another key. Set GATEHOUSE_SECRET_KEY to the key of the old ' +
    'server, or GATEHOUSE_PREVIOUS_SECRET_KEY if this server has a key of its own. Until then its owner needs a recovery ' +
    'code or a passkey.',
};

export class SecretSealer {
  readonly #open: OpenBox;
  #opened: SecretBox | undefined;

  constructor(open: OpenBox) {
    this.#open = open;
  }

  /** Encrypts a plain secret for its user; a fault without a key. */
  async seal(secret: string, userId: string): Promise<string | Fault> {
    const box = await this.#box(true);
    if (!('refused' in box)) return box.seal(secret, userId);
    return {
      reason: 'totp_no_key',
      message: `It has an authenticator app, and there is no key to encrypt its secret with. ${box.because}`,
    };
  }

  /**
   * Keeps a secret that is encrypted already, with the present key if it can be opened. One under another key stays as it is,
   * with a warning, so that no account loses its factor. `secret` is the plain one, if the key opens it.
   */
  async keep(
    sealed: string,
    userId: string,
  ): Promise<{ readonly sealed: string; readonly secret?: string; readonly warning?: Fault }> {
    const box = await this.#box(false);
    const opened = 'refused' in box ? undefined : box.open(sealed, userId);
    if (!opened) return { sealed, warning: otherKey };
    const secret = opened.text;
    if (opened.isCurrent || 'refused' in box) return { sealed, secret };
    return { sealed: box.seal(secret, userId), secret };
  }

  async #box(mayCreate: boolean): Promise<SecretBox | NoKey> {
    if (this.#opened) return this.#opened;
    const box = await this.#open(mayCreate);
    if (!('refused' in box)) this.#opened = box;
    return box;
  }
}
