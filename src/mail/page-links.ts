/** The links of mails and commands, which lead to pages. */

/** The page that sets a new password. A fragment appears in no log and in no `Referer`. */
export function resetLink(base: string, token: string): string {
  return `${base}/reset-password#token=${token}`;
}

/** The page that confirms an address with the token. */
export function verifyLink(base: string, token: string): string {
  return `${base}/verify-email#token=${token}`;
}

/** The page that registers the holder of an invitation. */
export function registerLink(base: string, token: string): string {
  return `${base}/register#token=${token}`;
}
