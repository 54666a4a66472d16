/** The list of what happened to an account. */

import type { PageTexts } from '../../messages/page-texts.ts';
import type { AuditEntry } from '../../storage/port/port.ts';
import { type Html, html } from '../parts/html.ts';
import { instant } from '../parts/instant.ts';
import type { View } from '../parts/view.ts';

export function activityList({ texts, language }: View, entries: readonly AuditEntry[]): Html {
  if (entries.length === 0) return html`<p class="quiet">${texts.account.noActivity}</p>\n`;
  const items = entries.map(
    (entry) => html`<li class="row entry">
<span>${eventText(texts, entry)}</span>
<p class="facts"><span>${instant(language, entry.at)}</span> <span>${texts.account.network} ${entry.network}</span></p>
</li>
`,
  );
  return html`<ul>
${items}</ul>
`;
}

function eventText({ activity }: PageTexts, { event, outcome }: AuditEntry): string {
  const { events, ofFactors, refused } = activity;
  const kinds: Readonly<Record<string, string>> =
    event === 'factor_add' || event === 'factor_remove' ? ofFactors[event] : {};
  if (Object.hasOwn(kinds, outcome)) return kinds[outcome] ?? event;
  const name = Object.hasOwn(events, event) ? events[event as keyof typeof events] : event;
  // A session that ended did end, whatever the reason.
  return outcome === 'ok' || event === 'logout' ? name : refused(name);
}
