/** Tables of figures: for each group the programs, the medians, and their ratio to a limit. */

import { coldChecks } from '../cases/cold.ts';
import { hashAndCommit, oneByOne } from '../cases/commits.ts';
import { barePbkdf2 } from '../cases/login.ts';
import { whoOf as processes } from '../cases/workers.ts';
import { withoutWrites } from '../cases/writes.ts';
import { type Figure, Figures, type Ratio } from '../figures.ts';
import { median } from '../report.ts';
import { limit, onSqlite } from '../targets.ts';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The comparison of a figure: its unit, the other program, and the title of the column. */
interface Comparison {
  readonly unit: string;
  readonly to: (who: string) => string;
  readonly head: string;
}

const comparisons: Readonly<Record<string, Comparison | ((group: string) => Comparison)>> = {
  check: { unit: 'checks/s', to: () => limit, head: 'of the limit' },
  [coldChecks]: { unit: 'checks/s', to: () => limit, head: 'of the limit' },
  login: { unit: 'logins/s', to: () => barePbkdf2, head: 'of the limit' },
  flood: {
    unit: 'p99, ms',
    to: (who) => who.replace(/, [^,]*$/, ', no logins'),
    head: 'p99 by that without logins',
  },
  commits: (group) =>
    group.startsWith('registration')
      ? { unit: 'per second', to: (who) => (who === onSqlite ? hashAndCommit : who), head: 'of both' }
      : { unit: 'per second', to: () => oneByOne, head: 'of one by one' },
  writes: { unit: 'checks/s', to: () => withoutWrites, head: 'of that without writes' },
  workers: { unit: 'checks/s', to: () => processes(1), head: 'of one process' },
};

/** The tables of a case, one for each group. */
export function tablesOf(figures: Figures, of: string): Table[] {
  const comparison = comparisons[of];
  return [...figures.groups(of)].map(([group, list]) =>
    tableOf(group, list, typeof comparison === 'function' ? comparison(group) : comparison),
  );
}

function tableOf(title: string, list: readonly Figure[], comparison: Comparison | undefined): Table {
  const units = [...new Set(list.map(({ unit }) => unit))];
  const people = [...new Set(list.map(({ who }) => who))];
  const find = (who: string, unit: string) =>
    list.find((figure) => figure.who === who && figure.unit === unit);
  const compared = (who: string): string[] => {
    if (!comparison) return [];
    const [own, other] = [find(who, comparison.unit), find(comparison.to(who), comparison.unit)];
    if (!own || !other || own === other) return [''];
    return [shownRatio(new Figures([own, other]).ratio(own, other))];
  };
  const rows = people.map((who) => [
    who,
    ...units.map((unit) => {
      const values = find(who, unit)?.values;
      return values ? shown(median(values)) : '';
    }),
    ...compared(who),
  ]);
  return { title, head: ['', ...units, ...(comparison ? [comparison.head] : [])], rows };
}

/** As many digits as are significant. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** A median with minimum and maximum: `1.02 (0.98 – 1.10)`. */
export function shownRatio(ratio: Ratio | undefined): string {
  if (!ratio) return '';
  const [middle, least, most] = [ratio.median, ratio.least, ratio.most].map(shown);
  return least === most ? `${middle}` : `${middle} (${least} – ${most})`;
}

/** In Markdown, with columns that line up, so that a terminal can show it too. */
export function markdown({ head, rows }: Table): string {
  const columns = head.map((name, i) => {
    const cells = rows.map((row) => row[i] ?? '');
    const isNumeric = i > 0 && cells.every((cell) => /^(?:[≥≤<] )?[\d–]|^$/.test(cell));
    return { isNumeric, width: Math.max(3, ...[name, ...cells].map((cell) => cell.length)) };
  });
  const line = (cells: readonly string[]) =>
    `| ${columns.map(({ isNumeric, width }, i) => cells[i]?.[isNumeric ? 'padStart' : 'padEnd'](width)).join(' | ')} |`;
  const rule = columns.map(({ isNumeric, width }) =>
    isNumeric ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
