/** `gatehouse doctor`: finds problems, and explains why a browser drops a cookie. */

import type { Command } from 'commander';
import { UnusableSettings } from '../../settings/read-settings.ts';
import { isFile, type Settings } from '../../settings/settings.ts';
import { webAddress } from '../address-arguments.ts';
import { addCommand } from '../command.ts';
import { environmentSettings, operatorCaller, withServices } from '../command-services.ts';
import type { Judgement } from '../doctor/cookie/verdict.ts';
import { type Finding, finder } from '../doctor/finding.ts';
import { localFindings, proxyFindings, settingsFindings } from '../doctor/local-checks.ts';
import { mailFindings } from '../doctor/mail-checks.ts';
import { remoteFindings } from '../doctor/postgres-checks.ts';
import { serverFindings } from '../doctor/server-checks.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { type Format, printList, printResult } from '../output.ts';
import { readAll } from '../secret-input.ts';

/** Recent entries that are searched for the doctor's own. */
const maxSearched = 200;

export function addDoctorCommands(program: Command): void {
  const doctor = addCommand(program, 'doctor', {
    summary: 'Check settings, database, clock, proxies and mail server',
    more:
      'Changes nothing. With --url it also checks the server at that address. To see which client address the server ' +
      'records, it sends one login with a made-up name, which leaves an entry in the audit. Exits with 1 on a problem.',
    examples: ['gatehouse doctor', 'gatehouse doctor --url "$SERVER_URL"'],
  })
    .option('--url <url>', 'also check the server that people reach at this address')
    .enablePositionalOptions()
    .action(runChecks);

  addCommand(doctor, 'cookie <url>', {
    summary: 'Check whether a browser would keep the cookies of a response',
    more:
      'Reads a Set-Cookie line, or all headers of a response from URL, on standard input. Values are not shown. Exits ' +
      'with 1 if a cookie would be dropped.',
    examples: [
      "echo 'session_id=1; Path=/; HttpOnly; SameSite=Lax; Secure' | gatehouse doctor cookie https://app.example.com/",
      'curl -si "$SERVER_URL/auth/logout" -X POST | gatehouse doctor cookie http://localhost:3000/',
    ],
  })
    .option('--page <url>', 'the page whose script sends the request; default: a page of the same site')
    .action(checkCookies);
}

async function runChecks(options: Format & { url?: string }): Promise<void> {
  const url = options.url === undefined ? undefined : webAddress(options.url, '--url');
  const findings = await findingsOf(url);
  await printList(
    options,
    findings,
    (finding) => finding,
    ['VERDICT', 'CHECK', 'FINDING'],
    ({ verdict, check, says }) => [verdict, check, says],
  );
  if (findings.some(({ verdict }) => verdict === 'problem')) process.exitCode = exitCodes.failed;
}

async function findingsOf(url: URL | undefined): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = environmentSettings();
  } catch (error) {
    // Without settings nothing else can be checked.
    if (error instanceof UnusableSettings) return error.problems.map(finder('settings').problem);
    throw error;
  }
  const local = [
    ...(await (isFile(settings)
      ? localFindings(settings, operatorCaller().now)
      : postgresFindings(settings))),
    ...(await mailFindings(settings)),
  ];
  if (!url) return local;
  const isUsable = local.every(({ check, verdict }) => check !== 'database' || verdict === 'ok');
  const ask = (findEntry?: Parameters<typeof serverFindings>[2]) => serverFindings(url, settings, findEntry);
  if (!isUsable) return [...local, ...(await ask())];
  const asked = await withServices(({ services }) =>
    ask(async (requestId) => {
      const entries = await services.store.audit.read({ limit: maxSearched });
      return entries.find((entry) => entry.requestId === requestId);
    }),
  );
  return [...local, ...asked];
}

async function postgresFindings(settings: Settings): Promise<Finding[]> {
  return [
    ...settingsFindings(settings),
    ...(await remoteFindings(settings, () => operatorCaller().now)),
    ...proxyFindings(settings),
  ];
}

async function checkCookies(written: string, options: Format & { page?: string }): Promise<void> {
  const url = webAddress(written, 'URL');
  const page = options.page === undefined ? undefined : webAddress(options.page, '--page');
  const lines = cookieLines(await readAll('Paste a Set-Cookie line or headers, then press Ctrl-D:'));
  if (lines.length === 0) throw new CommandError(exitCodes.usage, 'Standard input holds no Set-Cookie line.');
  // The list of public suffixes loads slowly, and no other command needs it.
  const { judge } = await import('../doctor/cookie/verdict.ts');
  const judgements = lines.map((text) => judge(text, url, page, operatorCaller().now));
  for (const judgement of judgements) await printResult(options, judgement, forPeople(judgement));
  if (judgements.some(({ verdict }) => verdict === 'dropped')) process.exitCode = exitCodes.failed;
}

/** The lines of all `Set-Cookie` headers in a text; for a text without headers, its one line. */
export function cookieLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const named = lines.flatMap((one) => /^set-cookie:[ \t]*(.*)$/i.exec(one)?.[1] ?? []);
  const isAnswer = named.length > 0 || /^HTTP\//.test(text);
  return isAnswer ? named : lines.filter((one) => one.trim() !== '').slice(0, 1);
}

function forPeople({ name, verdict, reasons, notes }: Judgement): string {
  const title = { kept: 'is kept', removed: 'is removed', dropped: 'is dropped' }[verdict];
  const said = [...reasons.map((reason) => `  Why: ${reason}`), ...notes.map((note) => `  Note: ${note}`)];
  return [`${name || 'A cookie without a name'} ${title}.`, ...said].join('\n');
}
