/** Waiting for something in a test: what is seen, late or at once, and when the wait is over. */

import { expect, test } from 'vitest';
import { until } from '../support/process.ts';

test('what a look sees is waited for, whether the look is answered at once or later', async () => {
  let looks = 0;
  const third = () => (++looks === 3 ? 'seen' : undefined);
  expect(await until(third, 'the third look')).toBe('seen');
  looks = 0;
  expect(await until(async () => third(), 'the third look')).toBe('seen');
  expect(looks).toBe(3);
});

test('a wait ends where it takes too long, and where what it waits for has gone', async () => {
  await expect(until(() => undefined, 'nothing', undefined, 20)).rejects.toThrow(
    'Waited in vain for nothing',
  );
  await expect(until(() => undefined, 'the address', Promise.resolve())).rejects.toThrow(
    'Waited in vain for the address',
  );
});
