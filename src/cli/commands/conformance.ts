/** `gatehouse conformance`: judges a server by the contracts, over HTTP alone. */

import { readFileSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { ConformanceOptions, ContractName } from '../../conformance/conformance.ts';
import { webAddress } from '../address-arguments.ts';
import { addCommand } from '../command.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { printLine, printNote } from '../output.ts';
import { withInterruption } from '../progress.ts';

interface Given {
  readonly url?: string;
  readonly contract: ContractName | 'all';
  readonly user?: string;
  readonly passwordFile?: string;
  readonly header?: readonly string[];
  readonly pace: number;
  readonly status: 'http' | 'ok';
  readonly check: string;
  readonly secondOrigin?: string;
  readonly format: 'people' | 'json' | 'junit';
  readonly output?: string;
  readonly strict?: true;
  readonly list?: true;
}

export function addConformanceCommand(program: Command): void {
  addCommand(program, 'conformance', {
    summary: 'Judge a server, this one or another, by the contracts',
    more:
      'Sends at most 450 requests in at most a minute, and ends the sessions that it begins. The accounts that it registers ' +
      'stay: their names begin with "kit". Exits with 1 if the server does not do what a contract says, and with 6 if it ' +
      'could not be judged.',
    examples: [
      'gatehouse conformance --url "$SERVER_URL"',
      'gatehouse conformance --contract rest --url "$SERVER_URL" --format junit --output conformance.xml',
      'gatehouse conformance --contract dotjson --list',
    ],
    hasNoJson: true,
  })
    .option('--url <url>', 'where the server is, with its base path')
    .addOption(
      choice('--contract <name>', 'the contract to judge by', ['all', 'envelope', 'rest', 'dotjson']),
    )
    .option('--user <name>', 'an account that exists, for a server on which none can be registered')
    .option('--password-file <file>', 'the file with the password of --user, on one line')
    .option('--header <header>', 'a header for every request, such as "X-Key: 1"; several times', collect)
    .option('--pace <ms>', 'the pause before each request, in milliseconds', milliseconds, 0)
    .addOption(
      choice('--status <mode>', '"ok": refusals of envelope and dotjson have status 200', ['http', 'ok']),
    )
    .option('--check <path>', 'a GET that succeeds with a live session only', pathOf, '/auth/session')
    .option('--second-origin <url>', 'an origin that the server allows to call it from a browser')
    .addOption(choice('--format <format>', 'the form of the report', ['people', 'json', 'junit']))
    .option('--output <file>', 'write the report to a file')
    .option('--strict', 'exit with 1 also if only a reading of ours failed')
    .option('--list', 'list the cases, and send nothing')
    .action(judge);
}

async function judge(given: Given): Promise<void> {
  const kit = await import('../../conformance/conformance.ts');
  const contracts: readonly ContractName[] =
    given.contract === 'all' ? ['envelope', 'rest', 'dotjson'] : [given.contract];
  if (given.list) {
    for (const { id, title, basis } of kit.casesFor(contracts))
      await printLine(
        `${id}  ${title} (${basis === 'must' ? 'the contract says it' : `our reading, ${basis.reading}`})`,
      );
    return;
  }
  const options = optionsOf(given, contracts);
  let interruption: unknown;
  const report = await withInterruption(async (signal) => {
    const found = await kit.runConformance({ ...options, signal, onResult: progressOf() });
    interruption = signal.reason;
    return found;
  }, 'Interrupted: the report has what was found until then.');
  const isStrict = given.strict === true;
  const colour = given.output === undefined && process.stdout.isTTY === true && !process.env['NO_COLOR'];
  const text = {
    people: () => kit.peopleReport(report, { strict: isStrict, colour }),
    json: () => kit.jsonReport(report),
    junit: () => kit.junitReport(report, isStrict),
  }[given.format]();
  if (given.output === undefined) await printLine(text.trimEnd());
  else writeReport(given.output, text);
  if (interruption !== undefined) throw interruption;
  process.exitCode = exitCodeOf(kit.outcomeOf(report, isStrict));
  // On standard output, or in a file, a program reads the reason.
  if (given.format === 'people' && given.output === undefined) return;
  for (const { contract, reason } of report.unjudged) printNote(`${contract} cannot be judged. ${reason}`);
}

function exitCodeOf(outcome: 'conforms' | 'failed' | 'unjudged'): number {
  return { conforms: exitCodes.done, failed: exitCodes.failed, unjudged: exitCodes.notJudged }[outcome];
}

/** One line on a terminal that counts the cases. */
function progressOf(): NonNullable<ConformanceOptions['onResult']> {
  if (!process.stderr.isTTY) return () => {};
  return ({ id }, done, all) => {
    process.stderr.write(`\r\u001b[K${done === all ? '' : `${done} of ${all}: ${id}`}`);
  };
}

function optionsOf(given: Given, contracts: readonly ContractName[]): ConformanceOptions {
  const { url, user, passwordFile, header = [], pace, status, check, secondOrigin } = given;
  if (url === undefined) throw new CommandError(exitCodes.usage, '--url is missing: where is the server?');
  const address = webAddress(url, '--url');
  if (address.search !== '' || address.hash !== '')
    throw new CommandError(exitCodes.usage, '--url must have no query and no fragment.');
  if ((user === undefined) !== (passwordFile === undefined))
    throw new CommandError(exitCodes.usage, '--user and --password-file belong together.');
  return {
    url: address,
    contracts,
    headers: Object.fromEntries(header.map(headerOf)),
    paceMs: pace,
    status,
    checkPath: check,
    ...(user === undefined || passwordFile === undefined
      ? {}
      : { user: { name: user, password: passwordIn(passwordFile) } }),
    ...(secondOrigin === undefined ? {} : { secondOrigin: originOf(secondOrigin) }),
  };
}

function originOf(text: string): string {
  const { origin } = webAddress(text, '--second-origin');
  if (origin !== text.replace(/\/$/, ''))
    throw new CommandError(exitCodes.usage, `--second-origin must be an origin, such as ${origin}.`);
  return origin;
}

function passwordIn(file: string): string {
  try {
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password !== '' && !/[\r\n]/.test(password)) return password;
  } catch {
    throw new CommandError(exitCodes.notFound, `${file} cannot be read.`);
  }
  throw new CommandError(exitCodes.usage, `${file} must hold one line, the password.`);
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    throw new CommandError(exitCodes.failed, `${file} cannot be written.`);
  }
}

function headerOf(line: string): [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? [];
  // The line is not repeated: it may hold a secret.
  if (name === undefined || value === undefined)
    throw new CommandError(exitCodes.usage, '--header must be a name, a colon and a value of ASCII.');
  return [name, value];
}

function collect(line: string, lines: readonly string[] = []): string[] {
  return [...lines, line];
}

function pathOf(text: string): string {
  if (/^\/[\x21-\x7e]*$/.test(text) && !text.includes('#')) return text;
  throw new CommandError(exitCodes.usage, '--check must be a path below the URL, such as /auth/session.');
}

function milliseconds(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new CommandError(exitCodes.usage, '--pace must be 0 to 9999 milliseconds.');
}

function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices([...choices]).default(choices[0]);
}
