/** The report of a run for people: by contract, first what failed, in sentences that need no knowledge of this project. */

import { styleText } from 'node:util';
import { outcomeOf, type Report } from '../options.ts';
import type { ContractName, Result } from '../verdicts.ts';

export interface PeopleOptions {
  /** Whether readings of ours count for the last sentence. */
  readonly strict?: boolean;
  /** Whether the report has colours of ANSI terminals. */
  readonly colour?: boolean;
}

type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

export function peopleReport(report: Report, { strict = false, colour = false }: PeopleOptions = {}): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const contracts = report.contracts.map((contract) => contractBlock(report, contract, paint));
  return [...contracts, conclusion(report, strict, paint)].map((block) => `${block}\n`).join('\n');
}

function contractBlock(report: Report, contract: ContractName, paint: Paint): string {
  const title = paint('bold', `The contract ${contract}`);
  const reason = report.unjudged.find((one) => one.contract === contract)?.reason;
  if (reason !== undefined) return `${title}\n  ${paint('yellow', 'Cannot be judged.')} ${printable(reason)}`;
  const results = report.results.filter((result) => result.contract === contract);
  const of = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict);
  const [failed, noted, inconclusive] = [of('failed'), of('noted'), of('inconclusive')];
  const counts = [
    paint('green', `${of('passed').length} passed`),
    paint(failed.length > 0 ? 'red' : 'reset', `${failed.length} failed`),
    paint(inconclusive.length > 0 ? 'yellow' : 'reset', `${inconclusive.length} inconclusive`),
    `${noted.length} noted`,
  ];
  return [
    `${title}: ${counts.join(', ')}`,
    ...section(
      paint('red', 'Failed, and the contract says it:'),
      failed.filter(({ basis }) => basis === 'must').map((result) => failure(result, paint)),
    ),
    ...section(
      paint('red', 'Failed by our reading of the contract:'),
      failed.filter(({ basis }) => basis !== 'must').map((result) => failure(result, paint)),
    ),
    ...section(paint('cyan', 'Noted:'), byReason(noted)),
    ...section(paint('yellow', 'Inconclusive:'), byReason(inconclusive)),
  ].join('\n');
}

function section(heading: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : ['', `  ${heading}`, ...entries];
}

function failure({ id, title, basis, sentence, expected, got, curl }: Result, paint: Paint): string {
  const ruling = basis === 'must' ? '' : `, ruling ${basis.reading}`;
  return [
    `    ${paint('bold', title)} (${id}${ruling})`,
    ...[
      `expected  ${expected}`,
      `got       ${got}`,
      `sentence  ${sentence.page}: ${readable(sentence.quote)}`,
    ]
      .concat(curl === undefined ? [] : [`try       ${curl}`])
      .map((line) => `      ${printable(line)}`),
  ].join('\n');
}

/** Many cases may have one reason: it is said once. */
function byReason(results: readonly Result[]): string[] {
  const groups = Map.groupBy(results, ({ reason = '' }) => reason);
  return [...groups].map(
    ([reason, cases]) => `    ${printable(reason)}\n      ${cases.map(({ id }) => id).join('\n      ')}`,
  );
}

function conclusion(report: Report, strict: boolean, paint: Paint): string {
  const { url, counts, requests, attempts, ms, sessionsLeft, results } = report;
  const readings = results.filter(({ verdict, basis }) => verdict === 'failed' && basis !== 'must').length;
  const musts = counts.failed - readings;
  const sentences = {
    conforms: paint('green', `${url} does what the contracts say${strict ? ', also by our readings' : ''}.`),
    failed: paint('red', `${url} does not do what the contracts say.`),
    unjudged: paint('yellow', `${url} could not be judged by every contract.`),
  };
  return [
    sentences[outcomeOf(report, strict)],
    ...(counts.failed > 0
      ? [
          `Failed on what a contract says: ${musts}. Failed by our readings, which count with --strict only: ${readings}.`,
        ]
      : []),
    ...(counts.inconclusive > 0
      ? [
          `Inconclusive cases neither passed nor failed: ${counts.inconclusive}. The reasons say what they need.`,
        ]
      : []),
    ...(counts.failed > 0
      ? [
          'The pages and the rulings are in docs/ of the package gatehouse-auth; docs/conformance.md explains this report.',
        ]
      : []),
    `Requests: ${requests}, of these registrations and failed logins: ${attempts}. Time: ${(ms / 1000).toFixed(1)} s.`,
    ...(sessionsLeft > 0 ? [`Sessions of this run that could not be ended: ${sessionsLeft}.`] : []),
  ].join('\n');
}

/** A quote of Markdown for a terminal: without the targets of links, and without the outer bars of a table row. */
function readable(quote: string): string {
  return quote.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/^\| | \|$/g, '');
}

/** Replaces control characters, so that a server cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
