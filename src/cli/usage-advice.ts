/** Advice on an invalid command line: the intended command, or the variable to set. */

import type { Command, CommanderError } from 'commander';
import { bareName, closest, closestName } from '../settings/did-you-mean.ts';
import { table } from '../settings/option-table.ts';

/** Names of our commands in other programs. */
const synonyms: Readonly<Record<string, string>> = {
  status: 'doctor',
  health: 'doctor',
  check: 'doctor',
  start: 'serve',
  run: 'serve',
  server: 'serve',
  users: 'user',
  sessions: 'session',
  log: 'audit',
  logs: 'audit',
};

/** A sentence to add to the parser's error, if it helps. `words` is the command line. */
export function adviceFor(
  program: Command,
  { code, message }: Pick<CommanderError, 'code' | 'message'>,
  words: readonly string[],
): string | undefined {
  const isAnswered = message.includes('Did you mean');
  if (code === 'commander.missingMandatoryOptionValue') return misspellingAdvice(program, words);
  if (code === 'commander.unknownOption') return optionAdvice(message, words, isAnswered);
  const assigned = words.find((word) => /^[A-Z][A-Z0-9_]*=/.test(word));
  if (assigned !== undefined) return settingAdvice(assigned, []);
  return isAnswered ? undefined : commandAdvice(program, code, words);
}

function optionAdvice(message: string, words: readonly string[], isAnswered: boolean): string | undefined {
  const [, flag = ''] = /unknown option '(--[^'=]+)/.exec(message) ?? [];
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  return settingAdvice(words[at] ?? flag, words.slice(at + 1), isAnswered ? 'exactly' : 'about');
}

/** Advice on a missing option: an unknown one may be its misspelling, but the parser reports the missing one first. */
function misspellingAdvice(program: Command, words: readonly string[]): string | undefined {
  const [, command, rest] = resolve(program, words);
  const known = ['--help', ...command.options.map(({ long }) => String(long))];
  const unknown = rest.find((word) => word.startsWith('--') && !known.includes(word.replace(/=.*/s, '')));
  if (unknown === undefined) return undefined;
  const following = rest.slice(rest.indexOf(unknown) + 1);
  const setting = settingAdvice(unknown, following, 'exactly');
  if (setting !== undefined) return setting;
  const meant = closest(unknown.replace(/=.*/s, ''), known);
  return meant === undefined ? settingAdvice(unknown, following) : `Did you mean ${meant}?`;
}

/** The variable to set for a word that names a setting, with the value after its `=` or the next word. */
export function settingAdvice(
  word: string,
  following: readonly string[],
  named: 'exactly' | 'about' = 'about',
): string | undefined {
  const [flag = '', ...rest] = word.split('=');
  const setting = settingNamed(flag, named);
  if (setting === undefined) return undefined;
  const value = rest.length > 0 ? rest.join('=') : following[0];
  const { env, secret } = setting;
  const isSwitch = setting.read('true') === true;
  const isShown = !secret && value !== undefined && /^[\w@%+:,./][\w@%+:,./-]*$/.test(value);
  const shown = isShown ? value : isSwitch ? 'true' : '…';
  return `Set ${env}=${shown} in the environment: settings are not options. docs/settings.md lists them.`;
}

/** Finds a setting by its variable or its name in the library, in any naming style. */
function settingNamed(flag: string, named: 'exactly' | 'about') {
  const byName = Object.entries(table).flatMap(([name, setting]) =>
    [setting.env, name].map((one) => [one, setting] as const),
  );
  const names = byName.map(([name]) => name);
  const meant =
    named === 'about' ? closestName(flag, names) : names.find((name) => bareName(name) === bareName(flag));
  return byName.find(([name]) => name === meant)?.[1];
}

/** The intended command, or the list of commands. */
function commandAdvice(program: Command, code: string, words: readonly string[]): string | undefined {
  const isHelp = code === 'commander.help' && words.includes('help');
  if (!isHelp && !['commander.unknownCommand', 'commander.excessArguments'].includes(code)) return undefined;
  const [path, command, rest] = resolve(
    program,
    words.filter((word) => word !== 'help'),
  );
  const names = command.commands.map((child) => child.name());
  for (const word of rest.filter((one) => !one.startsWith('-'))) {
    const meant = closest(word, names) ?? (command === program ? synonymOf(word) : undefined);
    if (meant === undefined) continue;
    const before = isHelp ? [...path, 'help'] : path;
    return `Did you mean ${[...before, meant].join(' ')}?`;
  }
  if (code !== 'commander.unknownCommand') return undefined;
  const title = command === program ? 'Commands' : `Commands of ${path.join(' ')}`;
  return `${title}: ${[...names, 'help'].join(', ')}.`;
}

function synonymOf(word: string): string | undefined {
  return synonyms[closest(word, Object.keys(synonyms)) ?? ''];
}

/** The command that words name, those words, and the rest. */
function resolve(
  program: Command,
  words: readonly string[],
): readonly [path: readonly string[], command: Command, rest: readonly string[]] {
  const path = [program.name()];
  let command = program;
  let used = 0;
  for (const [n, word] of words.entries()) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) break;
    [command, used] = [next, n + 1];
    path.push(word);
  }
  return [path, command, words.slice(used)];
}
