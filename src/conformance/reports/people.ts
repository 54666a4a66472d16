/** The report of a run for people: what failed, by contract, in sentences that need no knowledge of this project. */

import { styleText } from 'node:util';
import { outcomeOf, type Report } from '../options.ts';
import type { ContractName, Result } from '../verdicts.ts';

export interface PeopleOptions {
  readonly strict?: boolean;
  /** Whether the reader sees colours. */
  readonly colour?: boolean;
  /** Also list the cases that passed. */
  readonly all?: boolean;
}

type Colour = Parameters<typeof styleText>[0];

export function peopleReport(
  report: Report,
  { strict = false, colour = false, all = false }: PeopleOptions = {},
): string {
  const paint = (style: Colour, text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const blocks = report.contracts.map((contract) => blockOf(report, contract, paint, all));
  return [...blocks, endOf(report, strict, paint)].map((block) => `${block}\n`).join('\n');
}

type Paint = (style: Colour, text: string) => string;

function blockOf(report: Report, contract: ContractName, paint: Paint, all: boolean): string {
  const results = report.results.filter((result) => result.contract === contract);
  const reason = report.unjudged.find((one) => one.contract === contract)?.reason;
  const title = paint('bold', `The contract ${contract}`);
  if (reason !== undefined) return `${title}\n  ${paint('yellow', 'Cannot be judged.')} ${printable(reason)}`;
  const count = (verdict: Result['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const kinds = [
    `${count('passed')} passed`,
    `${count('failed')} failed`,
    `${count('inconclusive')} inconclusive`,
    `${count('noted')} noted`,
  ];
  const shown = results.filter(({ verdict }) => all || verdict !== 'passed');
  return [`${title}: ${kinds.join(', ')}`, ...shown.map((result) => lineOf(result, paint))].join('\n');
}

function lineOf(result: Result, paint: Paint): string {
  const { id, title, basis, sentence, verdict, reason, expected, got, curl } = result;
  const weight = basis === 'must' ? 'the contract says it' : `our reading, ${basis.reading}`;
  const style = { passed: 'green', failed: 'red', inconclusive: 'yellow', noted: 'cyan' } as const;
  const head = `  ${paint(style[verdict], verdict)}  ${title} (${id}; ${weight})`;
  const more = [
    ...(expected === undefined ? [] : [`expected  ${expected}`, `got       ${got}`]),
    ...(reason === undefined ? [] : [`because   ${reason}`]),
    ...(verdict === 'failed' ? [`sentence  ${sentence.page}: ${sentence.quote}`] : []),
    ...(curl === undefined ? [] : [`try       ${curl}`]),
  ];
  return [head, ...more.map((line) => `      ${printable(line)}`)].join('\n');
}

function endOf(report: Report, strict: boolean, paint: Paint): string {
  const { url, counts, requests, attempts, ms, sessionsLeft, results } = report;
  const readings = results.filter(({ verdict, basis }) => verdict === 'failed' && basis !== 'must').length;
  const sentences = {
    conforms: paint('green', `${url} does what the contracts say${strict ? ', also by our readings' : ''}.`),
    failed: paint(
      'red',
      `${url} does not do what the contracts say: ${counts.failed} cases failed, ${counts.failed - readings} of them on what a contract says itself.`,
    ),
    unjudged: paint('yellow', `${url} could not be judged by every contract.`),
  };
  return [
    sentences[outcomeOf(report, strict)],
    ...(readings > 0 && !strict
      ? [`${readings} cases failed on a reading of ours. They change the exit code only with --strict.`]
      : []),
    `${requests} requests, ${attempts} of them registrations and failed logins, in ${(ms / 1000).toFixed(1)} s.`,
    ...(sessionsLeft > 0 ? [`${sessionsLeft} sessions of this run could not be ended.`] : []),
  ].join('\n');
}

/** Replaces control characters, so that a server cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
