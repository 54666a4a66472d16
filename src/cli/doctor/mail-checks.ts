/** What the doctor finds of the mail server: whether it can be reached, encrypted, and lets this sender in. */

import { smtpProblem } from '../../mail/smtp-transport.ts';
import type { Settings } from '../../settings/settings.ts';
import { type Finding, finder } from './local-checks.ts';

/** Says hello to the mail server of the settings and sends nothing; finds nothing if there is none. */
export async function mailFindings({ smtpUrl }: Settings): Promise<Finding[]> {
  if (smtpUrl === '') return [];
  const { ok, problem } = finder('mail');
  const failure = await smtpProblem(smtpUrl);
  return [failure === undefined ? ok('The mail server answers and lets this sender in.') : problem(failure)];
}
