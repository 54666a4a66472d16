/** `gatehouse doctor`: finds problems, explains why a browser drops a cookie, and tries to forge identity headers. */

import type { Command } from 'commander';
import { webAddress } from '../address-arguments.ts';
import { addCommand } from '../command.ts';
import { environmentSettings, operatorCaller } from '../command-services.ts';
import type { Judgement } from '../doctor/cookie/verdict.ts';
import type { Finding } from '../doctor/finding.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { type Format, printList, printResult } from '../output.ts';
import { readAll, readSecret } from '../secret-input.ts';

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

  addCommand(doctor, 'forward-auth <url>', {
    summary: 'Check what reaches an application behind forward authentication',
    more:
      'Starts a probe in place of the application that the proxy protects, sends forged identity headers in many spellings ' +
      'to URL through the proxy, and says what reached the probe. With --session it reads the id of a live session on ' +
      'standard input and also checks what an application gets of a signed-in person. Exits with 1 on a problem.',
    examples: [
      'gatehouse doctor forward-auth "$SERVER_URL" || true',
      'echo "$SESSION_ID" | gatehouse doctor forward-auth "$SERVER_URL" --session || true',
    ],
  })
    .option('--listen <address>', 'where the proxy finds the application', '127.0.0.1:3009')
    .option('--session', 'read the id of a live session on standard input')
    .action(checkForwardAuth);
}

async function runChecks(options: Format & { url?: string }): Promise<void> {
  const url = options.url === undefined ? undefined : webAddress(options.url, '--url');
  const { findingsOf } = await import('../doctor/findings.ts');
  const findings = await findingsOf(url);
  await report(options, findings);
}

async function report(format: Format, findings: readonly Finding[]): Promise<void> {
  await printList(
    format,
    findings,
    (finding) => finding,
    ['VERDICT', 'CHECK', 'FINDING'],
    ({ verdict, check, says }) => [verdict, check, says],
  );
  if (findings.some(({ verdict }) => verdict === 'problem')) process.exitCode = exitCodes.failed;
}

async function checkForwardAuth(
  written: string,
  options: Format & { listen: string; session?: true },
): Promise<void> {
  const url = webAddress(written, 'URL');
  const [, host = '', port = ''] = /^(?:\[?([\w.:-]*?)\]?):(\d{1,5})$/.exec(options.listen) ?? [];
  if (host === '' || Number(port) > 65_535)
    throw new CommandError(exitCodes.usage, '--listen must be an address such as 127.0.0.1:3009.');
  const sessionId = options.session ? (await readSecret('Session id:')).trim() : '';
  if (options.session && !/^[\w-]{1,128}$/.test(sessionId))
    throw new CommandError(exitCodes.usage, 'Standard input holds no session id.');
  const { forwardHeaders: names } = environmentSettings();
  const { forwardFindings } = await import('../doctor/forward/forward-checks.ts');
  await report(options, await forwardFindings({ url, host, port: Number(port), names, sessionId }));
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
