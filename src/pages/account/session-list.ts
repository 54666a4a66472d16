/** The list of a person's sessions, each with a button that ends it. */

import type { Session } from '../../storage/port/port.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import { instant } from '../parts/instant.ts';
import type { View } from '../parts/view.ts';

export function sessionList(view: View, sessions: readonly Session[], currentHandle: string): Html {
  return html`<ul>
${sessions.map((session) => item(view, session, session.handle === currentHandle))}</ul>
`;
}

function item(
  { texts: { account: texts }, language, root }: View,
  session: Session,
  isCurrent: boolean,
): Html {
  const device = session.device || texts.unknownDevice;
  const current = isCurrent ? html` <span class="tag">${texts.current}</span>` : nothing;
  const used = html`${texts.lastUsed} ${instant(language, session.lastSeenAt)}`;
  const begun = html`${texts.signedIn} ${instant(language, session.createdAt)}`;
  return html`<li class="row">
<div>
<p><strong>${device}</strong>${current}</p>
<p class="facts"><span>${texts.network} ${session.network}</span></p>
<p class="facts"><span>${used}</span> <span>${begun}</span></p>
</div>
<form method="post" action="${root}account/sessions/${session.handle}">
<button class="small" type="submit" aria-label="${texts.endSessionOf(device)}">${texts.endSession}</button>
</form>
</li>
`;
}
