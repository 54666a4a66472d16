/** A node that stops in the middle of a step delays others for a few seconds at most, and its step is rolled back. */

import { type ChildProcess, spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StoreUnavailable } from '../../../src/storage/port/port.ts';
import { program, startPooler } from '../../support/postgres/pgbouncer.ts';
import { queryAt } from '../../support/postgres/store-fixture.ts';
import { openWork } from '../../support/postgres/work.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { type Child, gather, root, until } from '../../support/process.ts';

/** The server rolls the step back after three seconds; a repeated attempt succeeds by then. */
const maxMs = 5_000;

/** A process that holds a row in a step, and says what became of the step. */
function startHolder(url: string): Child & { readonly child: ChildProcess } {
  const holder = `
    import { Connections } from '${root}/src/storage/postgres/connection/connections.ts';
    import { Login } from '${root}/src/storage/postgres/connection/session-setup.ts';
    import { CircuitBreaker } from '${root}/src/storage/postgres/connection/circuit-breaker.ts';
    const connections = new Connections({
      login: await Login.at(process.argv[1]), limit: 1, breaker: new CircuitBreaker(), chance: Math.random,
    });
    const step = connections.step(async (run) => {
      await run('UPDATE things SET n = 7 WHERE id = 1');
      console.log('holding');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await run('UPDATE things SET n = 7 WHERE id = 2');
    });
    await step.then(() => console.log('kept'), (error) => console.log('refused: ' + error.name));
    await connections.close();
  `;
  return gather(spawn(process.execPath, ['--input-type=module', '-e', holder, url]));
}

/** Freezes a node in the middle of a step over a database that others reach directly. */
async function freezeInStep(through: (url: string) => string): Promise<void> {
  const { connections, url } = await openWork();
  const holder = startHolder(through(url));
  await until(() => holder.stdout.includes('holding') || undefined, `the step: ${holder.stderr}`);
  holder.child.kill('SIGSTOP');
  const frozenAt = performance.now();
  let refusals = 0;
  for (;;) {
    const error = await connections
      .step((run) => run('UPDATE things SET n = n + 1 WHERE id = 1'))
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    if (error === undefined) break;
    // Meanwhile no step waits longer than for any other statement.
    expect(error).toBeInstanceOf(StoreUnavailable);
    refusals += 1;
  }
  const waitedMs = performance.now() - frozenAt;
  expect(refusals).toBeGreaterThan(0);
  expect(waitedMs).toBeGreaterThan(2_000);
  expect(waitedMs).toBeLessThan(maxMs);
  holder.child.kill('SIGCONT');
  await holder.exited;
  expect(holder.stdout).toBe('holding\nrefused: StoreUnavailable\n');
  expect(await queryAt(url, ['SELECT n FROM things ORDER BY id'])).toEqual([{ n: 1 }, { n: 0 }]);
}

test('N6: a node that is frozen in the middle of a step', async () => {
  await freezeInStep((url) => url);
});

describe.skipIf(program === undefined)('behind PgBouncer, where this machine has it', () => {
  test('N6: a node that is frozen in the middle of a step', async () => {
    const postgres = await sharedPostgres();
    await freezeInStep(await startPooler(postgres.url(), { atEnd: onTestFinished }));
  });
});
