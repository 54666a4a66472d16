/** What is unsafe about settings, for whoever starts the server and for whoever asks the doctor. */

import { linkBase } from './mail/words.ts';
import type { Settings } from './settings.ts';

/** Fewer iterations than this are below what OWASP asks for. */
const leastSafeIterations = 210_000;

/** One sentence for every setting that is only safe in development or in tests. */
export function warnings(settings: Settings): string[] {
  const { debug, pbkdf2Iterations, throttle, smtpUrl, publicUrl, mailFrom } = settings;
  return [
    ...(debug ? ['GATEHOUSE_DEBUG is on: cookies travel over plain HTTP. Never use it in production.'] : []),
    ...(throttle ? [] : ['GATEHOUSE_THROTTLE is off: passwords can be guessed without limit.']),
    ...(pbkdf2Iterations < leastSafeIterations
      ? [`GATEHOUSE_PBKDF2_ITERATIONS is below ${leastSafeIterations}: stolen hashes are easy to crack.`]
      : []),
    ...(smtpUrl && !publicUrl
      ? [`GATEHOUSE_PUBLIC_URL is not set: links in mails lead to ${linkBase(settings)}.`]
      : []),
    ...(smtpUrl && mailFrom.address.endsWith('@localhost')
      ? ['GATEHOUSE_MAIL_FROM is not set: many mail servers refuse mails from localhost.']
      : []),
  ];
}
