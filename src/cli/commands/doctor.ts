/** `gatehouse doctor`: whether everything is as it should be, and why a browser would drop a cookie. */

import type { Command } from 'commander';
import { isFile } from '../../open-services.ts';
import { UnusableSettings } from '../../settings/read-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { webAddress } from '../address-arguments.ts';
import { add } from '../command.ts';
import { operator, settingsOfEnvironment, withServices } from '../command-services.ts';
import type { Judgement } from '../doctor/cookie/verdict.ts';
import {
  type Finding,
  finder,
  localFindings,
  proxyFindings,
  settingsFindings,
} from '../doctor/local-checks.ts';
import { mailFindings } from '../doctor/mail-checks.ts';
import { remoteFindings } from '../doctor/postgres-checks.ts';
import { serverFindings } from '../doctor/server-checks.ts';
import { exits, Failure } from '../exit-codes.ts';
import { answer, type Format, list } from '../output.ts';
import { readAll } from '../secret-input.ts';

/** Entries looked through for the one the doctor caused. */
const lookedThrough = 200;

export function addDoctorCommands(program: Command): void {
  const doctor = add(program, 'doctor', {
    summary: 'Look for what is wrong: settings, database, clock, proxies, and what is around them',
    more:
      'Nothing is changed. With --url the server there is asked too; to see whom it takes its clients for, it is sent ' +
      'one login with a made-up name, which shows in the audit. Exits with 1 if there is a problem.',
    examples: ['gatehouse doctor', 'gatehouse doctor --url "$SERVER_URL"'],
  })
    .option('--url <url>', 'ask the server that people reach at this address')
    .enablePositionalOptions()
    .action(examine);

  add(doctor, 'cookie <url>', {
    summary: 'Say whether a browser would keep the cookies of an answer, and why not',
    more:
      'Standard input is a Set-Cookie line, or all headers of an answer, that came from URL. Values are not shown. ' +
      'Exits with 1 if a cookie would be dropped.',
    examples: [
      "echo 'session_id=1; Path=/; HttpOnly; SameSite=Lax; Secure' | gatehouse doctor cookie https://app.example.com/",
      'curl -si "$SERVER_URL/auth/logout" -X POST | gatehouse doctor cookie http://localhost:3000/',
    ],
  })
    .option('--page <url>', 'the page whose script asks; default: a page of the same site')
    .action(judgeAll);
}

async function examine(options: Format & { url?: string }): Promise<void> {
  const url = options.url === undefined ? undefined : webAddress(options.url, '--url');
  const findings = await findingsOf(url);
  await list(
    options,
    findings,
    (finding) => finding,
    ['VERDICT', 'CHECK', 'FINDING'],
    ({ verdict, check, says }) => [verdict, check, says],
  );
  if (findings.some(({ verdict }) => verdict === 'problem')) process.exitCode = exits.failed;
}

async function findingsOf(url: URL | undefined): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = settingsOfEnvironment();
  } catch (error) {
    // Without settings the place of everything else is unknown.
    if (error instanceof UnusableSettings) return error.problems.map(finder('settings').problem);
    throw error;
  }
  const local = [
    ...(isFile(settings) ? localFindings(settings, operator().now) : await remotely(settings)),
    ...(await mailFindings(settings)),
  ];
  if (!url) return local;
  const isUsable = local.every(({ check, verdict }) => check !== 'database' || verdict === 'ok');
  const ask = (findEntry?: Parameters<typeof serverFindings>[2]) => serverFindings(url, settings, findEntry);
  if (!isUsable) return [...local, ...(await ask())];
  const asked = await withServices(({ services }) =>
    ask(async (requestId) => {
      const entries = await services.audit.read({ limit: lookedThrough });
      return entries.find((entry) => entry.requestId === requestId);
    }),
  );
  return [...local, ...asked];
}

async function remotely(settings: Settings): Promise<Finding[]> {
  return [
    ...settingsFindings(settings),
    ...(await remoteFindings(settings, () => operator().now)),
    ...proxyFindings(settings),
  ];
}

async function judgeAll(written: string, options: Format & { page?: string }): Promise<void> {
  const url = webAddress(written, 'URL');
  const page = options.page === undefined ? undefined : webAddress(options.page, '--page');
  const lines = cookieLines(await readAll('Paste a Set-Cookie line or headers, then press Ctrl-D:'));
  if (lines.length === 0) throw new Failure(exits.usage, 'Standard input holds no Set-Cookie line.');
  // The list of public suffixes takes time to load, and no other command needs it.
  const { judge } = await import('../doctor/cookie/verdict.ts');
  const judgements = lines.map((text) => judge(text, url, page, operator().now));
  for (const judgement of judgements) await answer(options, judgement, forPeople(judgement));
  if (judgements.some(({ verdict }) => verdict === 'dropped')) process.exitCode = exits.failed;
}

/** The lines of all `Set-Cookie` headers in a text; of a text without headers its one line. */
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
