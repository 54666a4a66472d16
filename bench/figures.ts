/** What a run finds: figures with one value for each round, and what can be said of two of them. */

import { median } from './report.ts';

/** One measurement: of which program, in which case, under which circumstances, in which unit. */
export interface Figure {
  readonly case: string;
  /** Figures of one group can be compared: they were taken in turns, under the same circumstances. */
  readonly group: string;
  readonly who: string;
  readonly unit: string;
  readonly values: number[];
}

export type Name = Omit<Figure, 'values'>;

/** The ratio of one to another, round by round. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export class Figures {
  readonly list: Figure[];

  constructor(list: Figure[] = []) {
    this.list = list;
  }

  /** Adds the value of a round. */
  add(name: Name, value: number): void {
    const known = this.list.find((figure) => isSame(figure, name));
    if (known) known.values.push(value);
    else this.list.push({ ...name, values: [value] });
  }

  /** Adds the values of a round in several units. */
  addAll(name: Omit<Name, 'unit'>, values: Readonly<Record<string, number>>): void {
    for (const [unit, value] of Object.entries(values)) this.add({ ...name, unit }, value);
  }

  values(name: Name): readonly number[] | undefined {
    return this.list.find((figure) => isSame(figure, name))?.values;
  }

  median(name: Name): number | undefined {
    const values = this.values(name);
    return values && median(values);
  }

  /** What one figure is of another. */
  ratio(of: Name, to: Name): Ratio | undefined {
    const [upper, lower] = [this.values(of), this.values(to)];
    return upper && lower && ratioOf(upper, lower);
  }

  /** The figures of a case, by their groups in order. */
  groups(of: string): Map<string, Figure[]> {
    return Map.groupBy(
      this.list.filter((figure) => figure.case === of),
      ({ group }) => group,
    );
  }
}

/** Where there is only one value of one of them, it stands for all rounds. */
export function ratioOf(upper: readonly number[], lower: readonly number[]): Ratio {
  const rounds = Math.max(upper.length, lower.length);
  const at = (values: readonly number[], round: number) =>
    values[values.length === 1 ? 0 : round] ?? Number.NaN;
  const ratios = Array.from({ length: rounds }, (_, round) => at(upper, round) / at(lower, round));
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

function isSame(one: Name, other: Name): boolean {
  return (['case', 'group', 'who', 'unit'] as const).every((part) => one[part] === other[part]);
}
