/** What a login asks of the store, call by call: the same whether there is such an account or not (ruling G16). */

import { describe, expect, test } from 'vitest';
import { login } from '../../src/usecases/login.ts';
import { register } from '../../src/usecases/register.ts';
import { caller, granted, openServices } from '../support/services.ts';
import { linesOf, type StoreCall } from '../support/store-calls.ts';

const joe = { identifier: 'joe@example.com', password: 'supersecure', kind: 'email' } as const;
const eve = { ...joe, identifier: 'eve@example.com' };
const limit = 2;
const stranger = '203.0.113.9';

/** Ids that no server has given out. */
const madeUp = (count: number) =>
  Array.from({ length: count }, (_, n) => String.fromCharCode(97 + n).repeat(26));

/** Services with joe and eve, each with a device of their own, and what one login costs there. */
async function withTwo() {
  const calls: StoreCall[] = [];
  const services = await openServices({
    calls,
    throttle: { account: { limit, windowMs: 60_000 }, client: { limit: 20, windowMs: 60_000 } },
  });
  const signIn = (who: { identifier: string }, password: string, deviceIds: string[], network: string) =>
    login(
      services,
      { identifier: who.identifier, password, idFormat: 'uuid' },
      caller({ deviceIds, network }),
    );
  const [joesDevice, evesDevice] = await Promise.all(
    [joe, eve].map(async (person) => {
      await register(services, person, caller());
      return granted(await signIn(person, joe.password, [], '198.51.100.1')).deviceIds[0] ?? '';
    }),
  );
  /** The outcome of a wrong guess, and the calls it made. */
  async function cost(identifier: string, deviceIds: string[], network = stranger) {
    calls.length = 0;
    const outcome = await signIn({ identifier }, 'wrong password', deviceIds, network);
    return { refused: 'refused' in outcome ? outcome.refused : 'ok', calls: linesOf(calls) };
  }
  return { cost, joesDevice: joesDevice ?? '', evesDevice: evesDevice ?? '' };
}

type Two = Awaited<ReturnType<typeof withTwo>>;

/** Guesses until something is full for both names: their accounts, or the network they are asked from. */
const fillings: Readonly<Record<string, (two: Two) => Promise<void>>> = {
  'nothing is full': async () => {},
  'the accounts are full': async ({ cost }) => {
    for (const name of [joe.identifier, 'nobody@example.com'])
      for (let n = 0; n < limit; n += 1) await cost(name, [], `198.51.100.${n + 2}`);
  },
  'the network is full': async ({ cost }) => {
    for (let n = 0; n < 20; n += 1) await cost(`nobody${n}@example.com`, []);
  },
};

const carried: Readonly<Record<string, (two: Two) => string[]>> = {
  'no device': () => [],
  'one made up': () => madeUp(1),
  'four made up': () => madeUp(4),
  'eight made up': () => madeUp(8),
  'fifty made up': () => Array.from({ length: 50 }, (_, n) => `${n}`.padStart(26, 'x')),
  'the device of another account': ({ evesDevice }) => [evesDevice],
  'three made up and the device of another account': ({ evesDevice }) => [...madeUp(3), evesDevice],
};

describe.each(Object.entries(fillings))('G16: while %s', (filling, fill) => {
  test.each(Object.entries(carried))(
    'a known name costs what an unknown one does, with %s',
    async (_, ids) => {
      const two = await withTwo();
      await fill(two);
      const known = await two.cost(joe.identifier, ids(two));
      const unknown = await two.cost('nobody@example.com', ids(two));
      expect(known.calls).toEqual(unknown.calls);
      const isFull = filling !== 'nothing is full';
      expect(known.refused).toBe(isFull ? 'too_many_attempts' : 'wrong_password');
      expect(unknown.refused).toBe(isFull ? 'too_many_attempts' : 'unknown_account');
      const lookups = ids(two).length === 0 ? [] : [`devices.findKnown ${Math.min(8, ids(two).length)}`];
      const expected = [...lookups, 'throttle.take 2'];
      expect(known.calls.slice(0, expected.length)).toEqual(expected);
      if (isFull) expect(known.calls).toEqual(expected);
    },
  );

  test('a known device is found by the same one look-up, wherever it stands among eight, and counted alone', async () => {
    const two = await withTwo();
    await fill(two);
    for (const before of [0, 7]) {
      const { refused, calls } = await two.cost(joe.identifier, [...madeUp(before), two.joesDevice]);
      expect(refused).toBe('wrong_password');
      expect(calls.slice(0, 2)).toEqual([`devices.findKnown ${before + 1}`, 'throttle.take 1']);
    }
  });
});
