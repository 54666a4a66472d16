/** Every case of the kit as one test of a deployment: one run answers them all, and each test says what its case found. */

import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Case,
  type ConformanceOptions,
  casesFor,
  outcomeOf,
  type Report,
  type Result,
  runConformance,
} from '../../../src/conformance/conformance.ts';

/** A page that each deployment allows to call it, so that the cases of CORS are there, too. */
export const page = 'https://app.example.com';

/** The settings that every deployment needs. Its throttle is on: a run stays below it. */
export const settings = { GATEHOUSE_ALLOWED_ORIGINS: page };

const cases = casesFor(['envelope', 'rest', 'dotjson']);

export interface Deployment extends Pick<ConformanceOptions, 'status'> {
  /** Cases of what is not Gatehouse's there, such as the paths of an application. They have to fail. */
  readonly notOurs?: readonly string[];
}

/** Registers the tests. `urlOf` is asked when the run begins: the deployment is there by then. */
export function everyCase(urlOf: () => string, { notOurs = [], ...options }: Deployment = {}): void {
  let report: Report | undefined;
  beforeAll(async () => {
    report = await runConformance({ ...options, url: urlOf(), secondOrigin: page });
  });

  describe('the kit', () => {
    const ours = cases.filter(({ id }) => !notOurs.includes(id));
    test.each(ours.map((one) => ({ id: one.id, title: titleOf(one) })))('$title', ({ id }) => {
      expect(foundBy(report, id)).toMatchObject({ verdict: 'passed' });
    });

    test('takes every case of every contract, fails only on what is not ours, and leaves no session', () => {
      const isFailed = ({ verdict }: Result) => verdict === 'failed';
      expect(report?.results.filter(isFailed).map(({ id }) => id)).toEqual(notOurs);
      expect(report?.unjudged).toEqual([]);
      expect(report?.results.map(({ id }) => id).toSorted()).toEqual(cases.map(({ id }) => id).toSorted());
      expect(report?.sessionsLeft).toBe(0);
      expect(report && outcomeOf(report, true)).toBe(notOurs.length > 0 ? 'failed' : 'conforms');
    });
  });
}

/** The number of the ruling, if it is a reading of ours; the fact; and the id of the case. */
function titleOf({ id, title, basis }: Case): string {
  return `${basis === 'must' ? '' : `${basis.reading}: `}${title} (${id})`;
}

function foundBy(report: Report | undefined, wanted: string) {
  return report?.results.find(({ id }) => id === wanted);
}
