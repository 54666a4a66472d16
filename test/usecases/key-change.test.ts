/** The change of the key: every secret is encrypted anew in small steps, and none is lost, whatever comes in between (F3). */

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SecondFactors } from '../../src/concepts/factors/second-factors.ts';
import { SecretBox } from '../../src/crypto/secret-box.ts';
import type { SecondFactorStore } from '../../src/storage/port/port.ts';
import { addUser } from '../../src/usecases/admin/admin-users.ts';
import { FactorLoader } from '../../src/usecases/factor-loader.ts';
import { sweep } from '../../src/usecases/sweep.ts';
import { caller, contextOf, granted, openServices, type TestServices } from '../support/services.ts';

const [old, current, foreign] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const boxes = {
  old: new SecretBox(old),
  changing: new SecretBox(current, old),
  current: new SecretBox(current),
  foreign: new SecretBox(foreign),
};

const pause = async () => {};

/** Accounts with an app each, whose secrets are `secret-N`, encrypted in the given boxes. */
async function withApps(services: TestServices, ...sealedIn: (keyof typeof boxes)[]): Promise<string[]> {
  const { secondFactors } = await services.store.factors();
  const ids: string[] = [];
  for (const [n, name] of sealedIn.entries()) {
    const { user } = granted(await addUser(services, `user_${n}`, undefined, caller()));
    const sealed = boxes[name].seal(`secret-${n}`, user.id);
    const totp = { sealed, step: 1, at: caller().now };
    await secondFactors.enrolTotp(user.id, totp, [], contextOf('factor_add', 'totp'));
    ids.push(user.id);
  }
  return ids;
}

/** The secrets that a box opens, by the numbers of their accounts. */
async function opened(store: SecondFactorStore, ids: readonly string[], box: SecretBox) {
  const states = await Promise.all(ids.map((id) => store.find(id)));
  return states.map((state, n) => box.open(state?.totp?.sealed ?? '', String(ids[n]))?.text);
}

const secrets = (count: number) => Array.from({ length: count }, (_, n) => `secret-${n}`);

function factorsOver(store: SecondFactorStore, box: SecretBox | undefined): SecondFactors {
  return new SecondFactors(store, async () => box, 'Example');
}

test('F3: what the previous key encrypted is encrypted with the current one, in steps of fifty', async () => {
  const services = await openServices();
  const ids = await withApps(services, ...Array<'old'>(51).fill('old'), 'current');
  const { secondFactors: store } = await services.store.factors();
  let pauses = 0;
  const paced = async () => {
    pauses += 1;
  };
  expect(await factorsOver(store, boxes.changing).reseal(paced)).toBe(51);
  expect(pauses).toBe(1);
  expect(await opened(store, ids, boxes.current)).toEqual(secrets(52));
  expect(await store.countSealed(boxes.current.prefix)).toEqual({ all: 52, otherwise: 0 });
  expect(await factorsOver(store, boxes.changing).reseal(paced)).toBe(0);
});

test('F3: a secret under a third key stays as it is, and hides no other one', async () => {
  const services = await openServices();
  const ids = await withApps(services, ...Array<'foreign'>(60).fill('foreign'), 'old', 'old', 'current');
  const { secondFactors: store } = await services.store.factors();
  expect(await factorsOver(store, boxes.changing).reseal(pause)).toBe(2);
  expect((await opened(store, ids, boxes.current)).slice(60)).toEqual([
    'secret-60',
    'secret-61',
    'secret-62',
  ]);
  expect((await opened(store, ids, boxes.foreign)).slice(0, 60)).toEqual(secrets(60));
});

test('F3: a damaged secret, and one of another account, stay as they are', async () => {
  const services = await openServices();
  const [ada = '', bob = '', cyd = ''] = await withApps(services, 'old', 'old', 'old');
  const { secondFactors: store } = await services.store.factors();
  const stolen = (await store.find(ada))?.totp?.sealed ?? '';
  for (const [id, wrong] of [
    [bob, stolen],
    [cyd, `${boxes.old.prefix}damaged`],
  ] as const)
    await store.reseal(id, (await store.find(id))?.totp?.sealed ?? '', wrong);
  expect(await factorsOver(store, boxes.changing).reseal(pause)).toBe(1);
  expect((await store.find(bob))?.totp?.sealed).toBe(stolen);
  expect((await store.find(cyd))?.totp?.sealed).toBe(`${boxes.old.prefix}damaged`);
  expect(await opened(store, [ada], boxes.current)).toEqual(['secret-0']);
});

test('F3: two nodes at once, and an app that is removed or enrolled meanwhile, lose nothing', async () => {
  const services = await openServices();
  const ids = await withApps(services, ...Array<'old'>(30).fill('old'));
  const { secondFactors: store } = await services.store.factors();
  const [removed = '', renewed = '', ...rest] = ids;
  // Behind the first look at the secrets, as another node would do it.
  const meanwhile = async () => {
    for (const id of [removed, renewed]) await store.removeAll(id, contextOf('factor_remove', 'all'));
    const totp = { sealed: boxes.changing.seal('new', renewed), step: 1, at: caller().now };
    await store.enrolTotp(renewed, totp, [], contextOf('factor_add', 'totp'));
  };
  const between = new Proxy(store, {
    get: (target, name: keyof SecondFactorStore) => {
      if (name !== 'sealedOtherwise') return target[name].bind(target);
      return async (prefix: string, limit: number) => {
        const found = await target.sealedOtherwise(prefix, limit);
        await meanwhile();
        return found;
      };
    },
  });
  const done = await Promise.all([
    factorsOver(between, boxes.changing).reseal(pause),
    factorsOver(store, boxes.changing).reseal(pause),
  ]);
  expect(done[0] + done[1]).toBeGreaterThanOrEqual(rest.length);
  // One of the two may have left the rest to the other, which was told of nothing.
  await factorsOver(store, boxes.changing).reseal(pause);
  expect((await opened(store, ids, boxes.current)).slice(2)).toEqual(secrets(30).slice(2));
  expect(await opened(store, [removed, renewed], boxes.current)).toEqual([undefined, 'new']);
});

test('F3: while two keys are set the sweep encrypts anew; otherwise it loads nothing of second factors', async () => {
  const services = await openServices();
  const ids = await withApps(services, 'old');
  const { secondFactors: store } = await services.store.factors();
  const loader = (isKeyChanging: boolean) =>
    new FactorLoader(
      false,
      async () => {
        if (!isKeyChanging) throw new Error('loaded');
        const { passkeys } = await services.factors.load();
        return { secondFactors: factorsOver(store, boxes.changing), passkeys };
      },
      isKeyChanging,
    );
  await sweep({ ...services, factors: loader(false) }, caller().now, pause);
  expect(await opened(store, ids, boxes.old)).toEqual(['secret-0']);
  await sweep({ ...services, factors: loader(true) }, caller().now, pause);
  expect(await opened(store, ids, boxes.current)).toEqual(['secret-0']);
});

test('F3: without a key nothing changes', async () => {
  const services = await openServices();
  const ids = await withApps(services, 'old');
  const { secondFactors: store } = await services.store.factors();
  expect(await factorsOver(store, undefined).reseal(pause)).toBe(0);
  expect(await opened(store, ids, boxes.old)).toEqual(['secret-0']);
});

test('F3: nodes that have both keys in either order read what all of them write', async () => {
  const [before, after] = [new SecretBox(old, current), boxes.changing];
  for (const sealed of [boxes.old.seal('x', 'joe'), before.seal('x', 'joe'), after.seal('x', 'joe')])
    expect([before.open(sealed, 'joe')?.text, after.open(sealed, 'joe')?.text]).toEqual(['x', 'x']);
});
