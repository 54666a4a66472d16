/** The parts of pages that use passkeys: buttons that a script shows, and what is said where it does not. */

import type { Reply } from '../../http/reply.ts';
import { hidden } from '../parts/fields.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { PageServices, View } from '../parts/view.ts';

/** What a passkey is asked for. */
export type PasskeyPurpose = 'sign-in' | 'second-step' | 'confirm' | 'register';

/** Puts a page into its frame, with the script of passkeys where they can be used. */
export async function passkeyPage(
  { passkeyScript }: PageServices,
  view: View,
  content: Parameters<View['page']>[0],
): Promise<Reply> {
  const script = view.passkeys === 'here' ? await passkeyScript.path() : undefined;
  return view.page({ ...content, script, connects: script !== undefined });
}

/**
 * A button in a form that asks for a passkey. The script shows it, fills in the answer of the browser and sends the form to
 * `path`, so that what follows is a page like any other.
 */
export function passkeyButton(view: View, purpose: PasskeyPurpose, path: string, label: string): Html {
  const { texts, root } = view;
  if (view.passkeys !== 'here') return nothing;
  const { waiting, cancelled, known, wrongDomain, failed } = texts.factors.passkeys;
  return html`<div class="passkey" data-passkey-part hidden>
${hidden('passkey', '')}<p class="alert" role="alert" data-passkey-errors data-cancelled="${cancelled}" data-known="${known}" data-domain="${wrongDomain}" data-failed="${failed}" hidden></p>
<button type="button" data-passkey="${purpose}" data-options="${root}auth/passkeys/options" data-action="${root}${path}" hidden>${label}</button>
<p class="hint" role="status" data-passkey-waiting hidden>${waiting}</p>
</div>
`;
}

/** The form that adds a passkey below a path, with what it carries along; or why there is none. */
export function registerForm(
  { party }: PageServices,
  view: View,
  base: string,
  carried: Html = nothing,
): Html {
  const { passkeys } = view.texts.factors;
  if (view.passkeys === 'none') return html`<p class="quiet">${passkeys.unavailable}</p>\n`;
  if (view.passkeys === 'elsewhere')
    return html`<p class="quiet">${passkeys.elsewhere(party?.origins[0] ?? '')}</p>\n`;
  const name = html`<div class="field">
<label for="passkey-name">${passkeys.name}</label>
<p class="hint" id="passkey-name-hint">${passkeys.nameHint}</p>
<input id="passkey-name" name="name" type="text" maxlength="60" autocomplete="off" aria-describedby="passkey-name-hint">
</div>
`;
  return html`<p class="quiet" data-passkey-missing>${passkeys.needsScript}</p>
<form method="post" action="${view.root}${base}/passkeys" data-passkey-part hidden>
${carried}${name}${passkeyButton(view, 'register', `${base}/passkeys`, passkeys.add)}</form>
`;
}
