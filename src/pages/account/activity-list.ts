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
  const { events, refused } = activity;
  const own = wordsOf(activity, event);
  if (Object.hasOwn(own, outcome)) return own[outcome] ?? event;
  const name = Object.hasOwn(events, event) ? events[event as keyof typeof events] : event;
  // A session that ended did end, whatever the reason.
  return outcome === 'ok' || event === 'logout' ? name : refused(name);
}

/** Words for an event with an outcome: the kind of a factor, or a login that went on in a second step. */
function wordsOf(
  { ofFactors, halfway }: PageTexts['activity'],
  event: string,
): Readonly<Record<string, string>> {
  if (event === 'factor_add' || event === 'factor_remove') return ofFactors[event];
  return event === 'login' ? halfway : {};
}
