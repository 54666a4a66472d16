/** Plots as SVG: bars with their figures, and the spread of the rounds as a line; to be read on light and on dark. */

import { median } from '../report.ts';
import { shown } from './tables.ts';

/** One bar, or several of the same program. */
export interface Row {
  readonly label: string;
  readonly isOwn: boolean;
  /** It is not a program to compare with, but what none can pass: drawn as an outline. */
  readonly isLimit?: boolean;
  /** Values of all rounds, by what they are. */
  readonly values: readonly (readonly [what: string, rounds: readonly number[]])[];
}

export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly rows: readonly Row[];
  /** Where some are a thousand times others, only powers of ten can be seen side by side. */
  readonly isLogarithmic?: boolean;
}

const [width, labels, figures, top, thick, gap] = [760, 270, 110, 54, 14, 8];

/** Colours that stand out from white as well as from black. */
const colours = { own: ['#1f6feb', '#4c8df0', '#82b1f6'], other: ['#6e7781', '#8c959f', '#afb8c1'] } as const;

export function svg({ title, unit, rows, isLogarithmic = false }: Plot): string {
  const all = rows
    .flatMap(({ values }) => values.flatMap(([, rounds]) => rounds))
    .filter((value) => value > 0);
  const place = scale(Math.min(...all), Math.max(...all), isLogarithmic);
  let y = top;
  const drawn = rows.map((row) => {
    const part = drawRow(row, y, place);
    y += row.values.length * thick + gap;
    return part;
  });
  // Several bars of a program stand in the order of these names.
  const names = rows[0]?.values.map(([what]) => what.replace(`, ${unit}`, '')) ?? [];
  const about = [
    ...(names.length > 1 ? [names.join(', ')] : []),
    unit,
    ...(isLogarithmic ? ['logarithmic'] : []),
    'lines from the lowest to the highest round',
  ].join(', ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .title { font-weight: 600; font-size: 15px }
  line { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } line { stroke: #f0f6fc } }
</style>
<text class="title" x="0" y="18">${escaped(title)}</text>
<text x="0" y="38">${escaped(about)}</text>
${drawn.join('\n')}
</svg>
`;
}

function drawRow(
  { label, isOwn, isLimit = false, values }: Row,
  y: number,
  place: (value: number) => number,
): string {
  const middle = y + (values.length * thick) / 2 + 4;
  const bars = values.map(([, rounds], i) => {
    const [from, value] = [y + i * thick, median(rounds)];
    const end = place(value);
    const [least, most] = [place(Math.min(...rounds)), place(Math.max(...rounds))];
    const colour = colours[isOwn ? 'own' : 'other'][i % 3];
    const paint = isLimit ? `fill="none" stroke="${colour}"` : `fill="${colour}"`;
    const across = from + thick / 2 - 1;
    const spread =
      most - least < 2 ? '' : `<line x1="${n(least)}" x2="${n(most)}" y1="${across}" y2="${across}"/>`;
    return [
      `<rect x="${labels}" y="${from}" width="${n(Math.max(1, end - labels))}" height="${thick - 2}" rx="2" ${paint}/>`,
      spread,
      `<text x="${n(Math.max(end, most) + 6)}" y="${from + thick - 3}">${shown(value)}</text>`,
    ].join('');
  });
  return `<text x="${labels - 8}" y="${n(middle)}" text-anchor="end">${escaped(label)}</text>${bars.join('')}`;
}

/** Where the end of a bar is. */
function scale(least: number, most: number, isLogarithmic: boolean): (value: number) => number {
  const room = width - labels - figures;
  if (!isLogarithmic) return (value) => labels + (room * value) / most;
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  return (value) =>
    labels + (room * (Math.log10(Math.max(value, 10 ** from)) - from)) / Math.max(1, to - from);
}

const n = (value: number) => String(Math.round(value * 10) / 10);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
