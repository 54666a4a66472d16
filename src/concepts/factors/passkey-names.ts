/** The names that people give their passkeys. */

const maxCodePoints = 60;

/** Control characters, line separators, and marks that turn the direction of a text, which would make a list misread. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The name as it is kept, without spaces around it; `undefined` if it is empty, too long or unfit for a list. */
export function acceptedName(name: string): string | undefined {
  if (name.length > 4 * maxCodePoints || !name.isWellFormed() || unfit.test(name)) return undefined;
  const kept = name.trim().normalize('NFC');
  return kept !== '' && [...kept].length <= maxCodePoints ? kept : undefined;
}

/**
 * The name of a passkey whose owner gave none. A key that can only be plugged in or held near is not the device at which it
 * was registered, and neither is a phone that answered for it.
 */
export function defaultName(transports: readonly string[], device: string): string {
  const isElsewhere = transports.length > 0 && !transports.includes('internal');
  if (isElsewhere) return transports.includes('hybrid') ? 'Passkey' : 'Security key';
  return acceptedName(device) ?? 'Passkey';
}
