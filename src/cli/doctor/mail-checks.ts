/** The doctor's check of the mail server: connection, encryption and login. */

import { smtpProblem } from '../../mail/smtp-transport.ts';
import type { Settings } from '../../settings/settings.ts';
import { type Finding, finder } from './finding.ts';

/** Connects to the mail server of the settings and sends nothing; returns no findings if none is configured. */
export async function mailFindings({ smtpUrl }: Settings): Promise<Finding[]> {
  if (smtpUrl === '') return [];
  const { ok, problem } = finder('mail');
  const failure = await smtpProblem(smtpUrl);
  return [failure === undefined ? ok('The mail server answers and lets this sender in.') : problem(failure)];
}
