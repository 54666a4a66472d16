/** `gatehouse wrap`: wraps imported password hashes that are too weak to be stored as they are (ruling I3). */

import type { Command } from 'commander';
import { wrapHashes } from '../../maintenance/import/wrap.ts';
import { addCommand } from '../command.ts';
import { withServices } from '../command-services.ts';
import { type Format, printResult } from '../output.ts';
import { withProgress } from '../progress.ts';

export function addWrapCommand(program: Command): void {
  addCommand(program, 'wrap', {
    summary: 'Wrap imported password hashes that are too weak to be stored as they are',
    more:
      'Hashes without a salt, and those that are made too fast, are hashed once more with the parameters of this server. ' +
      'Passwords stay the same, and no session ends; the next login of each account replaces its hash. It works while the ' +
      'server runs. To continue after an interruption, run it again.',
    examples: ['gatehouse wrap', 'gatehouse wrap --json'],
  }).action(runWrap);
}

async function runWrap(format: Format): Promise<void> {
  const { wrapped, skipped, left } = await withServices((target) =>
    withProgress(
      'Wrapping',
      (progress) => wrapHashes(target, progress),
      'Interrupted. What was wrapped stays so. Run the same command again to continue.',
    ),
  );
  const rest = left > 0 ? ` ${left} are left: run it again.` : ' None is left.';
  await printResult(format, { wrapped, skipped, left }, `${wrapped} password hashes were wrapped.${rest}`);
}
