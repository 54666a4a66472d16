/** Judges any server by the three contracts, over HTTP alone (`gatehouse-auth/conformance`). */

import type { Case } from './case.ts';
import { casesFor } from './cases/all-cases.ts';
import { Client } from './client/client.ts';
import { curlLine, withoutSecrets } from './client/curl.ts';
import { NoAnswer } from './client/exchange.ts';
import { Context } from './context.ts';
import { applies, type ConformanceOptions, type Report } from './options.ts';
import { reasonNotToJudge } from './probe.ts';
import { protocols } from './protocol.ts';
import { bounded, type ContractName, Failure, Inconclusive, type Result, type Verdict } from './verdicts.ts';

export type { Case } from './case.ts';
export { casesFor } from './cases/all-cases.ts';
export { type ConformanceOptions, outcomeOf, type Report } from './options.ts';
export { jsonReport } from './reports/json.ts';
export { junitReport } from './reports/junit.ts';
export { peopleReport } from './reports/people.ts';
export type { ContractName, Result, Sentence, Verdict } from './verdicts.ts';

const allContracts: readonly ContractName[] = ['envelope', 'rest', 'dotjson'];

/** With the requests that end its sessions, a run takes less than a minute. */
const maxMs = 55_000;

/**
 * Judges a server by the contracts, case by case: at most 450 requests in at most a minute, without the pauses of `paceMs`,
 * and at most 80 registrations and failed logins. The sessions that it begins are ended. The accounts that it registers stay; their names begin with `kit`.
 *
 * @throws {TypeError} if `url` cannot be used. Trouble with the server is part of the report.
 */
export async function runConformance(options: ConformanceOptions): Promise<Report> {
  const url = addressOf(options.url);
  const startedMs = performance.now();
  const startedAt = new Date(Date.now()).toISOString();
  const { contracts = allContracts, user, headers = {}, status = 'http' } = options;
  const client = new Client({
    url,
    headers,
    paceMs: options.paceMs ?? 0,
    timeoutMs: options.timeoutMs ?? 5000,
    maxMs: Math.min(options.maxMs ?? maxMs, maxMs),
    signal: options.signal,
    secrets: user ? [user.password] : [],
  });
  const judged: ContractName[] = [];
  const unjudged: { contract: ContractName; reason: string }[] = [];
  for (const contract of contracts) {
    const reason = await reasonNotToJudge(client, protocols[contract]);
    if (reason === undefined) judged.push(contract);
    else unjudged.push({ contract, reason });
    if (client.requests === 1 && reason !== undefined) {
      // No answer at all: the other contracts would get none either.
      for (const other of contracts.slice(1)) unjudged.push({ contract: other, reason });
      break;
    }
  }
  const context = new Context({
    client,
    contracts: judged,
    user,
    statusOk: status === 'ok',
    isSecure: url.protocol === 'https:',
    checkPath: options.checkPath ?? '/auth/session',
    secondOrigin: options.secondOrigin,
    runId: crypto.randomUUID().replaceAll('-', '').slice(0, 12),
    now: Date.now,
  });
  const results = await judgeAll(context, judged, url, options);
  const sessionsLeft = await context.endSessions();
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, inconclusive: 0, noted: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  const { requests, attempts } = client;
  const ms = Math.round(performance.now() - startedMs);
  return {
    url: url.href,
    startedAt,
    contracts,
    results,
    counts,
    unjudged,
    requests,
    attempts,
    ms,
    sessionsLeft,
  };
}

async function judgeAll(
  context: Context,
  judged: readonly ContractName[],
  url: URL,
  options: ConformanceOptions,
) {
  const results: Result[] = [];
  const cases = casesFor(judged).filter((one) => applies(one, options));
  for (const one of cases) {
    const result = await judge(one, context, url, options);
    results.push(result);
    options.onResult?.(result, results.length, cases.length);
  }
  return results;
}

async function judge(one: Case, context: Context, url: URL, options: ConformanceOptions): Promise<Result> {
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  context.notes = [];
  try {
    await one.run(context);
    const [...notes] = context.notes;
    return notes.length > 0
      ? resultOf(one, 'noted', took(), { reason: notes.join(' ') })
      : resultOf(one, 'passed', took(), {});
  } catch (error) {
    if (error instanceof Inconclusive)
      return resultOf(one, 'inconclusive', took(), { reason: `${error.message}.` });
    if (error instanceof NoAnswer)
      return resultOf(one, 'failed', took(), { expected: 'an answer', got: `none. ${error.message}` });
    if (!(error instanceof Failure)) throw error;
    const { answer } = error;
    const { user, headers = {} } = options;
    const secrets = user ? [user.password] : [];
    // The server may have sent the password back.
    const shown = (text: string) => bounded(withoutSecrets(text, secrets));
    const curl = answer && curlLine(url, answer.request, Object.keys(headers), secrets);
    return resultOf(one, 'failed', took(), {
      expected: shown(error.expected),
      got: shown(error.got),
      ...(curl === undefined ? {} : { curl }),
    });
  }
}

function resultOf(
  { id, title, contract, sentence, basis }: Case,
  verdict: Verdict,
  ms: number,
  found: Pick<Result, 'expected' | 'got' | 'curl' | 'reason'>,
): Result {
  return { id, title, contract, sentence, basis, verdict, ...found, ms };
}

function addressOf(written: string | URL): URL {
  const url = URL.canParse(String(written)) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TypeError('`url` must begin with http:// or https://.');
  if (url.username || url.password || url.search || url.hash)
    throw new TypeError('`url` must have no user, no password, no query and no fragment.');
  return url;
}
