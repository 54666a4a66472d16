/** The report of a run for people: what is broken, by contract, in sentences that need no knowledge of this project. */

import { styleText } from 'node:util';
import { outcomeOf, type Report } from '../options.ts';
import type { ContractName, Result } from '../verdicts.ts';

export interface PeopleOptions {
  readonly strict?: boolean;
  /** Whether the reader sees colours. */
  readonly colour?: boolean;
  /** Also name what holds. */
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
    `${count('held')} held`,
    `${count('broken')} broken`,
    `${count('inconclusive')} inconclusive`,
    `${count('noted')} noted`,
  ];
  const shown = results.filter(({ verdict }) => all || verdict !== 'held');
  return [`${title}: ${kinds.join(', ')}`, ...shown.map((result) => lineOf(result, paint))].join('\n');
}

function lineOf(result: Result, paint: Paint): string {
  const { id, title, says, sentence, verdict, reason, expected, got, curl } = result;
  const weight = says === 'must' ? 'the contract says it' : `our reading, ${says.reading}`;
  const style = { held: 'green', broken: 'red', inconclusive: 'yellow', noted: 'cyan' } as const;
  const head = `  ${paint(style[verdict], verdict)}  ${title} (${id}; ${weight})`;
  const more = [
    ...(expected === undefined ? [] : [`expected  ${expected}`, `got       ${got}`]),
    ...(reason === undefined ? [] : [`because   ${reason}`]),
    ...(verdict === 'broken' ? [`sentence  ${sentence.page}: ${sentence.quote}`] : []),
    ...(curl === undefined ? [] : [`try       ${curl}`]),
  ];
  return [head, ...more.map((line) => `      ${printable(line)}`)].join('\n');
}

function endOf(report: Report, strict: boolean, paint: Paint): string {
  const { url, counts, requests, attempts, ms, sessionsLeft, results } = report;
  const readings = results.filter(({ verdict, says }) => verdict === 'broken' && says !== 'must').length;
  const sentences = {
    kept: paint('green', `${url} keeps what the contracts say${strict ? ', in every reading of ours' : ''}.`),
    broken: paint(
      'red',
      `${url} breaks what the contracts say: ${counts.broken} broken, ${counts.broken - readings} of them said by the contract itself.`,
    ),
    unjudged: paint('yellow', `${url} could not be judged by every contract.`),
  };
  return [
    sentences[outcomeOf(report, strict)],
    ...(readings > 0 && !strict
      ? [`${readings} of our readings are broken. They change the exit code only with --strict.`]
      : []),
    `${requests} requests, ${attempts} of them counted by a throttle, in ${(ms / 1000).toFixed(1)} s.`,
    ...(sessionsLeft > 0 ? [`${sessionsLeft} sessions that this run began could not be ended.`] : []),
  ].join('\n');
}

/** Replaces control characters, so that a server cannot control the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
