/** What every command has: a place in the program, `--json`, and examples under its `--help`. */

import type { Command } from 'commander';

export interface Described {
  readonly summary: string;
  /** More than fits into a summary; empty if nothing does. */
  readonly more?: string;
  /** Lines for a shell; a test runs every one of them. */
  readonly examples: readonly string[];
  /** The command has no answer that would look different for programs. */
  readonly speaksToPeople?: true;
}

/** Adds a command; `usage` is its name with its arguments. */
export function add(parent: Command, usage: string, described: Described): Command {
  const { summary, more, examples, speaksToPeople } = described;
  // A word too many is a slip, and must not be taken for nothing.
  const command = parent.command(usage).summary(summary).allowExcessArguments(false);
  command.description(more ? `${summary}.\n\n${more}` : `${summary}.`);
  if (!speaksToPeople) command.option('--json', 'answer in JSON, one object a line');
  const lines = examples.map((example) => `  $ ${example}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Adds a command that only holds others. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(`${summary}.`);
}
