/** Adds commands to the program, with `--json`, and with examples in their `--help`. */

import type { Command } from 'commander';

export interface CommandText {
  readonly summary: string;
  /** Further sentences for `--help`. */
  readonly more?: string;
  /** Shell lines; a test runs each of them. */
  readonly examples: readonly string[];
  /** The output is the same for people and programs. */
  readonly hasNoJson?: true;
}

/** Adds a command. `usage` is its name with its arguments. */
export function addCommand(parent: Command, usage: string, text: CommandText): Command {
  const { summary, more, examples, hasNoJson } = text;
  // An excess argument is an error, and must not be ignored.
  const command = parent.command(usage).summary(summary).allowExcessArguments(false);
  command.description(more ? `${summary}.\n\n${more}` : `${summary}.`);
  if (!hasNoJson) command.option('--json', 'print JSON, one object per line');
  const lines = examples.map((example) => `  $ ${example}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Adds a command that has only subcommands. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(`${summary}.`);
}
