/** The suite every store must pass, whatever its engine: named cases that any test runner can run. */

import { accountCases } from './conformance/accounts.ts';
import type { ConformanceCase } from './conformance/case.ts';
import { sessionCases } from './conformance/sessions.ts';
import { storeCases } from './conformance/store.ts';
import { throttleCases } from './conformance/throttle.ts';

export type { ConformanceCase, Ground } from './conformance/case.ts';

/** Each case wants a ground of its own, with nothing in it. */
export const conformance: readonly ConformanceCase[] = [
  ...accountCases,
  ...sessionCases,
  ...throttleCases,
  ...storeCases,
];
