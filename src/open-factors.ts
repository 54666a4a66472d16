/** Composes the concepts of second factors, when the first of them is needed. */

import { Passkeys } from './concepts/factors/passkeys.ts';
import { SecondFactors } from './concepts/factors/second-factors.ts';
import type { SecretBox } from './crypto/secret-box.ts';
import { openSecretBox } from './crypto/secret-key-file.ts';
import type { Log } from './library/options.ts';
import { relyingParty } from './settings/factors/relying-party.ts';
import type { Settings } from './settings/settings.ts';
import type { Store } from './storage/port/port.ts';
import type { Factors } from './usecases/factor-loader.ts';

/** What the log says when the key is there and does not fit. */
const otherKey =
  'a secret in the database is encrypted with another key than the present one. Set that key again, as ' +
  'GATEHOUSE_PREVIOUS_SECRET_KEY if you are changing keys. Until then recovery codes and passkeys go on working.';

export async function openFactors(settings: Settings, store: Store, log: Log): Promise<Factors> {
  const { secondFactors, passkeys } = await store.factors();
  const hasSealed = async () => (await secondFactors.countSealed('')).all > 0;
  let box: SecretBox | undefined;
  // A missing key is looked for again at each need: an operator may have put its file back.
  const openBox = async (mayCreate: boolean) => {
    if (box) return box;
    const opened = await openSecretBox(settings, { mayCreate, hasSealed });
    if (!('refused' in opened)) {
      box = opened;
      return box;
    }
    log.error({ refused: opened.refused }, `codes of authenticator apps cannot be used: ${opened.because}`);
    return undefined;
  };
  const onOtherKey = () =>
    log.error({ refused: 'other_key' }, `codes of authenticator apps cannot be used: ${otherKey}`);
  const party = relyingParty(settings);
  const issuer = party?.name ?? settings.pagesName;
  return {
    secondFactors: new SecondFactors(secondFactors, openBox, issuer, onOtherKey),
    passkeys: new Passkeys(passkeys, party),
  };
}
