/** Warns about unsafe settings, at the start of the server and in the doctor. */

import { holdsStrangers } from './address-blocks.ts';
import type { AddressBlock } from './ip-addresses.ts';
import { linkBase, protectionOf } from './outbound-addresses.ts';
import { headerNames, type Settings } from './settings.ts';

/** The least number of iterations that OWASP recommends. */
const minSafeIterations = 210_000;

/** One sentence for each setting that is safe only in development or in tests. */
export function warnings(settings: Settings): string[] {
  const { debug, pbkdf2Iterations, throttle, smtpUrl, publicUrl, mailFrom } = settings;
  return [
    ...(debug ? ['GATEHOUSE_DEBUG is on: cookies travel over plain HTTP. Never use it in production.'] : []),
    ...(throttle ? [] : ['GATEHOUSE_THROTTLE is off: passwords can be guessed without limit.']),
    ...(pbkdf2Iterations < minSafeIterations
      ? [`GATEHOUSE_PBKDF2_ITERATIONS is below ${minSafeIterations}: stolen hashes are easy to crack.`]
      : []),
    ...(smtpUrl && protectionOf(smtpUrl) === 'off'
      ? [
          'GATEHOUSE_SMTP_URL says tls=off: links that set passwords, and its own password, travel in clear to another machine.',
        ]
      : []),
    ...(smtpUrl && !publicUrl
      ? [`GATEHOUSE_PUBLIC_URL is not set: links in mails lead to ${linkBase(settings)}.`]
      : []),
    ...(smtpUrl && mailFrom.address.endsWith('@localhost')
      ? ['GATEHOUSE_MAIL_FROM is not set: many mail servers refuse mails from localhost.']
      : []),
    ...passkeyWarnings(settings),
    ...proxyWarnings(settings),
  ];
}

/** Browsers offer passkeys in secure contexts only (WebAuthn level 3, section 5). */
function passkeyWarnings({ passkeyOrigins }: Settings): string[] {
  const isSecure = ({ protocol, hostname }: URL) =>
    protocol === 'https:' || /(?:^|\.)localhost$/.test(hostname);
  const insecure = passkeyOrigins.filter((origin) => !isSecure(new URL(origin)));
  if (insecure.length === 0) return [];
  return [
    `GATEHOUSE_PASSKEY_ORIGINS has ${insecure.join(', ')}: browsers offer passkeys only over HTTPS, and on localhost.`,
  ];
}

function proxyWarnings({ trustedProxies, forwardedHeader }: Settings): string[] {
  const isLarge = (proxy: AddressBlock | 'unix') => proxy !== 'unix' && holdsStrangers(proxy);
  const large = trustedProxies.filter(isLarge).map((block) => [block].flat().join('/'));
  return [
    ...(large.length > 0
      ? [
          `GATEHOUSE_TRUSTED_PROXIES trusts ${large.join(', ')}: an attacker there writes any address into ` +
            `${headerNames[forwardedHeader]}, so that the network throttle does not stop them, others are refused in ` +
            'their place, and the audit names the wrong network. Name only your own proxies.',
        ]
      : []),
    ...(trustedProxies.includes('unix')
      ? [
          'GATEHOUSE_TRUSTED_PROXIES has the word unix, which has no effect here: the server listens on a port. It is ' +
            'for applications that embed Gatehouse and listen on a unix domain socket.',
        ]
      : []),
  ];
}
