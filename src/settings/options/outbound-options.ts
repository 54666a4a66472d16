/** The options of the table for mails and metrics. */

import type { SettingRows } from '../setting.ts';
import { count, hostName, mailbox, orUnset, serviceUrl, smtpUrl, wholeNumber } from '../value-parsers.ts';

/** In the order of the documentation. */
export const outboundOptions = {
  /** Without a slash at its end; empty if it is unset. */
  publicUrl: {
    env: 'GATEHOUSE_PUBLIC_URL',
    default: '',
    expects: 'an address such as `https://app.example.com`, without `?` and `#`, of at most 900 characters',
    meaning:
      'The address of your application, with which links begin. `GATEHOUSE_BASE_PATH` follows if the pages are on and the address does not end in it. Unset: this machine, at `PORT`. Warned about at start if mails are sent.',
    read: serviceUrl,
  },
  /** Empty if it is unset. */
  smtpUrl: {
    env: 'GATEHOUSE_SMTP_URL',
    default: '',
    expects:
      'an address such as `smtps://user:password@mail.example.com`, `smtp://mail.example.com:587` or `smtp://localhost:25`',
    meaning:
      'The mail server that sends the mails. The connection is encrypted unless the server is this machine. Unset: mails are written to `GATEHOUSE_MAIL_OUTBOX`, and registrations send no mail.',
    secret: true,
    read: smtpUrl,
  },
  mailFrom: {
    env: 'GATEHOUSE_MAIL_FROM',
    default: '',
    expects: 'an address such as `login@example.com` or `Example <login@example.com>`',
    meaning: 'The sender of mails. Unset: `gatehouse@localhost`. Warned about at start if mails are sent.',
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
      'The port that serves metrics, at `/metrics`. With 0 the system chooses one. Unset: metrics are not served.',
    read: orUnset(wholeNumber(0, 65_535)),
  },
  metricsHost: {
    env: 'GATEHOUSE_METRICS_HOST',
    default: '127.0.0.1',
    expects: 'a host name or an IP address',
    meaning: 'The address that serves metrics. Every client that can reach it can read them.',
    read: hostName,
  },
} satisfies SettingRows;
