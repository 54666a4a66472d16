/** Shows an instant to people: in their language, in UTC, to the minute. */

import { type Html, html } from './html.ts';

/** By language: making a format takes longer than a page. */
const formats = new Map<string, Intl.DateTimeFormat>();

export function instant(language: string, epochMs: number): Html {
  const date = new Date(epochMs);
  return html`<time datetime="${date.toISOString()}">${formatOf(language).format(date)}</time>`;
}

function formatOf(language: string): Intl.DateTimeFormat {
  const known = formats.get(language);
  if (known) return known;
  const format = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
    timeZoneName: 'short',
  });
  formats.set(language, format);
  return format;
}
