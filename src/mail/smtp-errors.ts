/** Classifies the errors of a mail server, and advises the operator. */

/** An error of the mail library. */
export interface SmtpError extends Error {
  readonly code?: string;
  /** The command that failed, such as `RCPT TO`. */
  readonly command?: string;
  /** The answer of the server. It may repeat an address, and is never logged. */
  readonly response?: string;
  readonly responseCode?: number;
}

/**
 * Enhanced status codes that refuse the recipient itself (RFC 3463, sections 3.2 and 3.3, and RFC 7505): no such mailbox,
 * no such domain, a malformed address, a mailbox that moved, a domain that takes no mail, a disabled mailbox.
 */
const recipientStatuses: ReadonlySet<string> = new Set([
  '5.1.1',
  '5.1.2',
  '5.1.3',
  '5.1.6',
  '5.1.10',
  '5.2.1',
]);

/** Reply codes with which servers without enhanced codes refuse a recipient (RFC 5321, section 4.2.3). */
const recipientCodes: ReadonlySet<number | undefined> = new Set([550, 551, 553]);

/** Words in such a reply. The code alone may also mean that relaying is denied. */
const noSuchMailbox = new RegExp(
  [
    'no such (?:user|mailbox|recipient|address|account|person)',
    "(?:user|mailbox|recipient|address|account)\\b.{0,60}\\b(?:unknown|not found|does ?n[o']t exist|disabled)",
    '(?:unknown|invalid|nonexistent) (?:local )?(?:user|mailbox|recipient|account)',
    'no mailbox here',
  ].join('|'),
  'i',
);

/** Words in a reply that refuses the sender. */
const senderRefused = /relay|authenti|polic|spam|block|rcpthosts/i;

/** The enhanced status code of a reply, such as `5.1.1` (RFC 3463); `undefined` if it has none. */
export function statusOf({ response = '' }: Partial<SmtpError>): string | undefined {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})(?!\S)/.exec(response)?.[1];
}

/** Whether a server refused the recipient itself, so that a retry cannot succeed. */
export function isRecipientRefused(error: Partial<SmtpError>): boolean {
  const { command, response: answer = '', responseCode } = error;
  if (command !== 'RCPT TO' && command !== 'DATA') return false;
  const status = statusOf(error);
  if (status !== undefined) return recipientStatuses.has(status);
  const text = answer.slice(0, 1_000);
  const isUnknown = noSuchMailbox.test(text) && !senderRefused.test(text);
  return command === 'RCPT TO' && recipientCodes.has(responseCode) && isUnknown;
}

/** Advice to the operator if the server refuses the sender; `undefined` if a retry may succeed. */
export function adviceOn({ code, command = '', responseCode, message = '' }: SmtpError): string | undefined {
  if (code === 'ETLS' || /required STARTTLS/.test(message))
    return 'The mail server offers no encryption (STARTTLS). Use smtps:// if it has that; docs/settings.md says more.';
  if (/certificate|altnames|CERT/i.test(`${message} ${code}`))
    return 'The certificate of the mail server is not trusted. NODE_EXTRA_CA_CERTS names a private authority.';
  const isPermanent = Math.floor((responseCode ?? 0) / 100) === 5;
  if (!isPermanent) return undefined;
  if (code === 'EAUTH' || /^AUTH/.test(command))
    return 'The mail server does not let this sender log in. Check user and password in GATEHOUSE_SMTP_URL.';
  if (command === 'MAIL FROM')
    return 'The mail server does not take mails from this sender. Check GATEHOUSE_MAIL_FROM.';
  if (command === 'RCPT TO')
    return 'The mail server does not relay mails to this recipient. Log in to it, or have it allow this machine.';
  return 'The mail server refuses mails from here. Its own log says why.';
}
