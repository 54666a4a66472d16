/** One target: what it bounds, what was measured, and the verdict. */

import type { Ratio } from '../figures.ts';
import { shown, shownRatio } from './tables.ts';

export interface Bar {
  readonly what: string;
  readonly bar: string;
  readonly figure: string;
  /** `reported` is a figure without a target. */
  readonly verdict: 'met' | 'missed' | 'not measured' | 'reported';
}

type Sign = '≥' | '≤' | '<';

type Measured = Ratio | number | undefined;

const isMet: Readonly<Record<Sign, (value: number, bound: number) => boolean>> = {
  '≥': (value, bound) => value >= bound,
  '≤': (value, bound) => value <= bound,
  '<': (value, bound) => value < bound,
};

export function judged(what: string, sign: Sign, bound: number, measured: Measured, unit = ''): Bar {
  const { figure, verdict, value } = reported(what, measured, unit);
  const bar = `${sign} ${bound.toLocaleString('en')}${unit}`;
  if (verdict !== 'reported') return { what, bar, figure, verdict };
  return { what, bar, figure, verdict: isMet[sign](value, bound) ? 'met' : 'missed' };
}

/** A figure that belongs to the targets and has none. */
export function reported(what: string, measured: Measured, unit = ''): Bar & { readonly value: number } {
  const value = (typeof measured === 'object' ? measured.median : measured) ?? Number.NaN;
  if (Number.isNaN(value)) return { what, bar: '–', figure: '–', verdict: 'not measured', value };
  const text = typeof measured === 'object' ? shownRatio(measured) : shown(value);
  return { what, bar: '–', figure: `${text}${unit}`, verdict: 'reported', value };
}
