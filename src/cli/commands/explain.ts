/** `gatehouse explain`: tells why a session id is accepted or refused. */

import type { Command } from 'commander';
import type { EndedSession } from '../../storage/port/port.ts';
import { type Explanation, explain } from '../../usecases/admin/admin-sessions.ts';
import { addCommand } from '../command.ts';
import { withServices } from '../command-services.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { displayTime, type Format, keyValueLines, printResult, sessionJson, utc } from '../output.ts';
import { readSecret } from '../secret-input.ts';

/** A session id of either format (ruling G6), anywhere in a text. */
const idFormat =
  /(?<![\w-])(?:[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}|[a-z\d]{26})(?![\w-])/gi;

export function addExplainCommand(program: Command): void {
  addCommand(program, 'explain', {
    summary: 'Explain why a session id is accepted or refused',
    more:
      'Reads the id on standard input: alone, in a Cookie or Authorization header, or in JSON. It is never an argument, ' +
      'because shells store arguments. The end of a session is known for a week.',
    examples: [
      'printf \'%s\' "$SESSION_ID" | gatehouse explain',
      'printf \'Cookie: session_id=%s\' "$SESSION_ID" | gatehouse explain --json',
    ],
  })
    .allowExcessArguments()
    .action(explainOne);
}

async function explainOne(format: Format, command: Command): Promise<void> {
  if (command.args.length > 0) {
    throw new CommandError(
      exitCodes.usage,
      'Pass the id on standard input, never as an argument: the shell has stored it now. End that session.',
    );
  }
  const id = idIn(await readSecret('Session id:'));
  await withServices(async ({ services, caller }) => {
    const explanation = await explain(services, id, caller.now);
    await printResult(format, forPrograms(explanation), forPeople(explanation));
    if (explanation.state === 'unknown') process.exitCode = exitCodes.notFound;
  });
}

/** The one id in a text. */
export function idIn(text: string): string {
  const [id, ...others] = new Set(text.match(idFormat));
  if (id === undefined) {
    throw new CommandError(
      exitCodes.usage,
      'Standard input holds no session id: a UUID, or 26 lower-case letters and digits.',
    );
  }
  if (others.length === 0) return id;
  throw new CommandError(exitCodes.usage, 'Standard input holds more than one session id: give one.');
}

function forPrograms(explanation: Explanation): object {
  const { state } = explanation;
  const user = 'user' in explanation ? explanation.user : undefined;
  const identifier = user?.identifier ?? null;
  if ('ended' in explanation) {
    const { handle, userId, endedAt, event, outcome, contract } = explanation.ended;
    const by = { event, outcome, contract };
    return { state, ended_at: utc(endedAt), by, handle, user_id: userId, identifier };
  }
  if (!('session' in explanation)) return { state };
  const died = 'diedAt' in explanation ? { died_at: utc(explanation.diedAt) } : {};
  const disabled = state === 'account_disabled' ? { disabled_at: utc(user?.disabledAt ?? 0) } : {};
  return { state, ...died, ...disabled, ...sessionJson(explanation.session), identifier };
}

function forPeople(explanation: Explanation): string {
  const user = 'user' in explanation ? explanation.user : undefined;
  if ('ended' in explanation) {
    const { handle, userId } = explanation.ended;
    return `${sentence(explanation)}\n\n${keyValueLines([
      ['User', user?.identifier ?? `${userId} (gone)`],
      ['Handle', handle],
    ])}`;
  }
  if (!('session' in explanation)) return sentence(explanation);
  const { session } = explanation;
  return `${sentence(explanation)}\n\n${keyValueLines([
    ['User', user?.identifier ?? session.userId],
    ['Handle', session.handle],
    ['Contract', session.contract],
    ['Created', displayTime(session.createdAt)],
    ['Last seen', displayTime(session.lastSeenAt)],
    ['Network', session.network],
    ['Device', session.device || '-'],
  ])}`;
}

function sentence(explanation: Explanation): string {
  switch (explanation.state) {
    case 'live': {
      const { idleExpiresAt, expiresAt } = explanation.session;
      return `Live. It dies at ${displayTime(idleExpiresAt)} unless it is used, and at ${displayTime(expiresAt)} in any case.`;
    }
    case 'idle':
      return `Idle for too long: dead since ${displayTime(explanation.diedAt)}.`;
    case 'over_age':
      return `Over age: dead since ${displayTime(explanation.diedAt)}.`;
    case 'account_disabled':
      return `Refused: the account is disabled since ${displayTime(explanation.user.disabledAt)}.`;
    case 'user_record_missing':
      return 'Refused: only one of the two records of the account is left.';
    case 'ended':
      return endOf(explanation.ended);
    case 'unknown':
      return (
        'Unknown. This database never gave it out, or forgot it: an end is remembered for a week. ' +
        'Upper and lower case differ.'
      );
  }
}

/** The wording of an end, by event and outcome of its audit entry. */
const endings: Readonly<Record<string, string>> = {
  'logout ok': 'by a logout',
  'logout cap': 'by the cap on sessions of one user',
  'logout password_change': 'by a change of the password',
  'logout password_reset': 'by a reset of the password',
  'logout account_disable': 'because the account was disabled',
  'confirm ok': 'by a confirmation, which gave this session another id',
  'password_change ok': 'by a change of the password, which gave this session another id',
  'account_delete ok': 'because the account was removed',
  'restore ok': 'because a backup was restored',
  'expiry idle': 'by itself: it was not used for too long',
  'expiry over_age': 'by itself: it was over age',
};

function endOf({ endedAt, event, outcome, contract }: EndedSession): string {
  const how = endings[`${event} ${outcome}`] ?? `by ${event} (${outcome})`;
  const through =
    event === 'expiry' ? '' : contract === 'cli' ? ', from the command line' : `, through ${contract}`;
  return `Ended ${how}${through}, at ${displayTime(endedAt)}.`;
}
