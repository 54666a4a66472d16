/** `gatehouse throttle`: what is counted against an account or a network, and lifting it. */

import type { Command } from 'commander';
import { networkOf } from '../../http/request/client-network.ts';
import { liftThrottle, type Throttled, throttled } from '../../usecases/admin/admin-throttle.ts';
import { add, addGroup } from '../command.ts';
import { withServices } from '../command-services.ts';
import { exits, Failure } from '../exit-codes.ts';
import { answer, type Format, list, utc, when } from '../output.ts';

interface Options extends Format {
  readonly unknown?: true;
}

const targets =
  'TARGET is a user name, an e-mail address or the id of a user, with the known devices of the account; or an IPv4 ' +
  'address, an IPv6 address or its /64.';

const unknown = 'the clients without a usable address, which count as one network';

export function addThrottleCommands(program: Command): void {
  const throttle = addGroup(program, 'throttle', 'See and lift the counts that refuse logins');

  add(throttle, 'show [target]', {
    summary: 'Show what is counted against an account or a network',
    more: targets,
    examples: ['gatehouse throttle show ada@example.com', 'gatehouse throttle show 2001:db8::1 --json'],
  })
    .option('--unknown', unknown)
    .action((target: string | undefined, options: Options) => {
      const whose = throttledBy(target, options);
      return withServices(({ services, caller }) =>
        list(
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
            when(windowEndsAt),
          ],
        ),
      );
    });

  add(throttle, 'clear [target]', {
    summary: 'Let an account or a network try again before its window ends',
    more: `${targets} The audit has an entry of it.`,
    examples: ['gatehouse throttle clear ada@example.com', 'gatehouse throttle clear 203.0.113.7'],
  })
    .option('--unknown', unknown)
    .action((target: string | undefined, options: Options) => {
      const whose = throttledBy(target, options);
      return withServices(async ({ services, caller }) => {
        const cleared = await liftThrottle(services, whose, caller);
        await answer(options, { cleared }, cleared === 1 ? '1 count cleared.' : `${cleared} counts cleared.`);
      });
    });
}

/** An address is a network; everything else is a name, whether there is such an account or not. */
function throttledBy(target: string | undefined, options: Options): Throttled {
  if ((target === undefined) === (options.unknown === undefined))
    throw new Failure(exits.usage, 'Name an account or a network; or say --unknown.');
  if (target === undefined) return { network: 'unknown' };
  const network = networkOf(target);
  if (network !== undefined) return { network };
  if (target.includes('@') || !/[:/]|^[\d.]+$/.test(target)) return { name: target };
  throw new Failure(
    exits.usage,
    'A network is an IPv4 address, an IPv6 address, or the /64 of one: others are not counted.',
  );
}
