/** The options of what leaves the process beside its answers: mails and metrics. */

import type { SettingRows } from '../setting.ts';
import { count, hostName, mailbox, orUnset, serviceUrl, smtpUrl, wholeNumber } from '../value-parsers.ts';

/** Their rows of the table, in the order of the documentation. */
export const outboundOptions = {
  /** Without a slash at its end; empty if it is unset. */
  publicUrl: {
    env: 'GATEHOUSE_PUBLIC_URL',
    default: '',
    expects: 'an address such as `https://app.example.com`, without `?` and `#`, of at most 900 characters',
    meaning:
      'Where people reach the application; links in mails begin with it. Unset: this machine, at `PORT`. Warned about at start if mails are sent.',
    read: serviceUrl,
  },
  /** Empty if it is unset. */
  smtpUrl: {
    env: 'GATEHOUSE_SMTP_URL',
    default: '',
    expects:
      'an address such as `smtps://user:password@mail.example.com`, `smtp://mail.example.com:587` or `smtp://localhost:25`',
    meaning:
      'The server that mails are handed to, encrypted unless it is this machine. Unset: they are written to `GATEHOUSE_MAIL_OUTBOX`, and registrations send no mail.',
    secret: true,
    read: smtpUrl,
  },
  mailFrom: {
    env: 'GATEHOUSE_MAIL_FROM',
    default: '',
    expects: 'an address such as `login@example.com` or `Example <login@example.com>`',
    meaning: 'Who mails are from. Unset: `gatehouse@localhost`. Warned about at start if mails are sent.',
    read: (text) => mailbox(text || 'gatehouse@localhost'),
  },
  mailOutbox: {
    env: 'GATEHOUSE_MAIL_OUTBOX',
    default: './data/outbox',
    expects: 'the path of a folder',
    meaning:
      'The folder that mails are written to while `GATEHOUSE_SMTP_URL` is unset. Missing folders are created.',
    read: (text) => (text.includes('\0') ? undefined : text),
  },
  /** `null` if it is unset: no metrics are served. */
  metricsPort: {
    env: 'GATEHOUSE_METRICS_PORT',
    default: '',
    ...count(0, 65_535),
    meaning:
      'The port metrics are served on, at `/metrics`; 0 lets the system choose one. Unset: there are none.',
    read: orUnset(wholeNumber(0, 65_535)),
  },
  metricsHost: {
    env: 'GATEHOUSE_METRICS_HOST',
    default: '127.0.0.1',
    expects: 'a host name or an IP address',
    meaning: 'The address the metrics are served on. Every client that can reach it can read them.',
    read: hostName,
  },
} satisfies SettingRows;
