/** `gatehouse throttle`: shows and clears the counts that refuse logins. */

import type { Command } from 'commander';
import { networkOf } from '../../http/request/client-network.ts';
import { liftThrottle, type Throttled, throttled } from '../../usecases/admin/admin-throttle.ts';
import { addCommand, addGroup } from '../command.ts';
import { withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, printList, printResult, utc } from '../output.ts';

interface Options extends Format {
  readonly unknown?: true;
}

const targets =
  'TARGET is an account (user name, e-mail address or user id, with its known devices) or a network (IPv4 address, ' +
  'IPv6 address or its /64).';

const unknown = 'clients without a usable address, which count as one network';

export function addThrottleCommands(program: Command): void {
  const throttle = addGroup(program, 'throttle', 'Show and clear the counts that refuse logins');

  addCommand(throttle, 'show [target]', {
    summary: 'Show the counts of an account or a network',
    more: targets,
    examples: ['gatehouse throttle show ada@example.com', 'gatehouse throttle show 2001:db8::1 --json'],
  })
    .option('--unknown', unknown)
    .action((target: string | undefined, options: Options) => {
      const whose = throttledBy(target, options);
      return withServices(({ services, caller }) =>
        printList(
          options,
          throttled(services, whose, caller.now),
          ({ kind, count, limit, windowEndsAt }) => ({
            kind,
            count,
            limit,
            is_full: count >= limit,
            ends_at: utc(windowEndsAt),
          }),
          ['KIND', 'COUNT', 'LIMIT', 'FULL', 'ENDS'],
          ({ kind, count, limit, windowEndsAt }) => [
            kind,
            String(count),
            String(limit),
            count >= limit ? 'yes' : 'no',
            displayTime(windowEndsAt),
          ],
        ),
      );
    });

  addCommand(throttle, 'clear [target]', {
    summary: 'Clear the counts of an account or a network, so that logins work again',
    more: `${targets} The audit records it.`,
    examples: ['gatehouse throttle clear ada@example.com', 'gatehouse throttle clear 203.0.113.7'],
  })
    .option('--unknown', unknown)
    .action((target: string | undefined, options: Options) => {
      const whose = throttledBy(target, options);
      return withServices(async ({ services, caller }) => {
        const cleared = await liftThrottle(services, whose, caller);
        await printResult(
          options,
          { cleared },
          cleared === 1 ? '1 count cleared.' : `${cleared} counts cleared.`,
        );
      });
    });
}

/** An address is a network; anything else is a name, with or without an account. */
function throttledBy(target: string | undefined, options: Options): Throttled {
  if ((target === undefined) === (options.unknown === undefined))
    throw new CommandError(exitCodes.usage, 'Give an account, a network or --unknown.');
  if (target === undefined) return { network: 'unknown' };
  const network = networkOf(target);
  if (network !== undefined) return { network };
  if (target.includes('@') || !/[:/]|^[\d.]+$/.test(target)) return { name: target };
  throw new CommandError(
    exitCodes.usage,
    'A network must be an IPv4 address, an IPv6 address or its /64: others are not counted.',
  );
}
