/** The report of a run as JUnit XML: a suite for each contract, as CI systems read it. */

import { outcomeOf, type Report } from '../options.ts';
import type { Result } from '../verdicts.ts';

/** In a report that is not strict, a failed reading of ours is skipped, so that CI agrees with the exit code. */
export function junitReport(report: Report, isStrict = false): string {
  const suites = report.contracts.map((contract) => {
    const results = report.results.filter((result) => result.contract === contract);
    const reason = report.unjudged.find((one) => one.contract === contract)?.reason;
    const failed = results.filter((result) => isFailure(result, isStrict)).length;
    const skipped = results.filter((result) => isSkipped(result, isStrict)).length;
    const seconds = results.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    const cases = results.map((result) => testCase(result, isStrict));
    if (reason !== undefined)
      cases.push(
        `    <testcase classname="${contract}" name="the server can be judged"><error message="${xml(reason)}"/></testcase>`,
      );
    return [
      `  <testsuite name="${contract}" tests="${cases.length}" failures="${failed}" errors="${reason === undefined ? 0 : 1}" skipped="${skipped}" time="${seconds}">`,
      ...cases,
      '  </testsuite>',
    ].join('\n');
  });
  const name = `conformance of ${report.url}: ${outcomeOf(report, isStrict)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(name)}" time="${report.ms / 1000}">\n${suites.join('\n')}\n</testsuites>\n`;
}

function isFailure({ verdict, basis }: Result, isStrict: boolean): boolean {
  return verdict === 'failed' && (isStrict || basis === 'must');
}

function isSkipped(result: Result, isStrict: boolean): boolean {
  return result.verdict === 'inconclusive' || (result.verdict === 'failed' && !isFailure(result, isStrict));
}

function testCase(result: Result, isStrict: boolean): string {
  const { id, title, contract, ms } = result;
  const open = `    <testcase classname="${contract}" name="${xml(`${id}: ${title}`)}" time="${ms / 1000}"`;
  if (isFailure(result, isStrict))
    return `${open}><failure message="${xml(found(result))}">${xml(details(result))}</failure></testcase>`;
  if (isSkipped(result, isStrict))
    return `${open}><skipped message="${xml(result.reason ?? `A reading of ours failed: ${found(result)}`)}"/></testcase>`;
  if (result.verdict === 'noted')
    return `${open}><system-out>${xml(result.reason ?? '')}</system-out></testcase>`;
  return `${open}/>`;
}

function found({ expected, got }: Result): string {
  return `Expected ${expected}; got ${got}`;
}

function details({ sentence, curl = '' }: Result): string {
  return `${sentence.page}: ${sentence.quote}\n${curl}`;
}

/** Text as XML: five characters have names, and what XML 1.0 cannot hold is left out. */
function xml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (one) => names[one] ?? one);
}
