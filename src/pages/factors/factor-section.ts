/** The section of the account page about second factors: what is there, what is missing, and what can be done about it. */

import type { BrowserToken } from '../../concepts/browser-tokens.ts';
import type { Passkey } from '../../storage/port/port.ts';
import type { FactorOverview } from '../../usecases/factors/overview.ts';
import { confirmFirst } from '../account/account-sections.ts';
import type { AccountState } from '../account/account-state.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import { instant } from '../parts/instant.ts';
import { registerForm } from './passkey-parts.ts';

/** People without a factor get its parts, too: each says how to begin. */
export function factorSection(state: AccountState): Html {
  const { view, factors, isProven } = state;
  const { section } = view.texts.factors;
  const tag = factors
    ? html`<span class="tag good">${section.isOn}</span>`
    : html`<span class="tag">${section.isOff}</span>`;
  return html`<p class="quiet">${section.explanation} ${tag}</p>
${isProven ? nothing : confirmFirst(state, 'factors')}${
  factors && isProven && !mayRemove(state) ? html`<p class="quiet">${section.lastStays}</p>\n` : nothing
}${app(state)}${passkeyPart(state)}${
  factors ? html`${recovery(state, factors)}${browsers(state, factors)}` : nothing
}`;
}

/** Whether a factor may be removed: not the only one where one is required (ruling F6). */
function mayRemove({ factors, isProven }: AccountState): boolean {
  if (!factors || !isProven) return false;
  return !factors.isRequired || factors.passkeys.length + (factors.totp ? 1 : 0) > 1;
}

function app(state: AccountState): Html {
  const { view, pages, factors, isProven } = state;
  const { language, root, texts } = view;
  const { authenticator, section } = texts.factors;
  const heading = html`<h3>${authenticator.title}</h3>\n`;
  const { totp } = factors ?? {};
  if (totp) {
    const locked = html`<p class="problem">${authenticator.locked}</p>\n`;
    const remove = button(`${root}account/authenticator/remove`, authenticator.remove);
    return html`${heading}${totp.isLocked ? locked : nothing}<div class="row">
<p class="facts"><span>${section.added} ${instant(language, totp.enrolledAt)}</span></p>
${mayRemove(state) ? remove : nothing}</div>
`;
  }
  if (!pages.hasApps) return html`${heading}<p class="quiet">${authenticator.unavailable}</p>\n`;
  const setUp = html`<form method="post" action="${root}account/authenticator">
<button type="submit">${authenticator.setUp}</button>
</form>
`;
  return html`${heading}<p class="quiet">${authenticator.hint}</p>
${isProven ? setUp : nothing}`;
}

function passkeyPart(state: AccountState): Html {
  const { view, pages, factors, isProven } = state;
  const { passkeys: texts } = view.texts.factors;
  const owned = factors?.passkeys ?? [];
  const list = html`<ul>
${owned.map((passkey) => passkeyItem(state, passkey))}</ul>
`;
  return html`<h3>${texts.title}</h3>
<p class="quiet">${texts.hint}</p>
${owned.length > 0 ? list : nothing}${isProven ? registerForm(pages, view, 'account') : nothing}`;
}

function passkeyItem(state: AccountState, passkey: Passkey): Html {
  const { view, isProven } = state;
  const { texts, language, root } = view;
  const { passkeys, section } = texts.factors;
  const { handle, name, lastUsedAt, isSynced } = passkey;
  const used =
    lastUsedAt === null
      ? passkeys.neverUsed
      : html`${texts.account.lastUsed} ${instant(language, lastUsedAt)}`;
  const rename = html`<details>
<summary aria-label="${passkeys.renameOf(name)}">${passkeys.rename}</summary>
<form method="post" action="${root}account/rename-passkey/${handle}">
<div class="field">
<input name="name" type="text" maxlength="60" autocomplete="off" required value="${name}" aria-label="${passkeys.nameOf(name)}">
</div>
<button class="small" type="submit" aria-label="${passkeys.renameOf(name)}">${passkeys.rename}</button>
</form>
</details>
`;
  const remove = button(`${root}account/remove-passkey/${handle}`, section.remove, passkeys.removeOf(name));
  return html`<li class="row">
<div>
<p><strong>${name}</strong>${isSynced ? html` <span class="tag">${passkeys.synced}</span>` : nothing}</p>
<p class="facts"><span>${section.added} ${instant(language, passkey.createdAt)}</span> <span>${used}</span></p>
${isProven ? rename : nothing}</div>
${mayRemove(state) ? remove : nothing}</li>
`;
}

function recovery({ view, isProven }: AccountState, { recoveryCodes }: FactorOverview): Html {
  const { recovery: texts } = view.texts.factors;
  const make = html`<p class="quiet">${texts.makeHint}</p>
${button(`${view.root}account/recovery-codes`, texts.make)}`;
  return html`<h3>${texts.title}</h3>
<p>${texts.left(recoveryCodes)} <span class="quiet">${texts.hint}</span></p>
${isProven ? make : nothing}`;
}

/** Forgetting a browser only locks, and needs no confirmation. */
function browsers({ view }: AccountState, { trustedBrowsers }: FactorOverview): Html {
  const { browsers: texts } = view.texts.factors;
  if (trustedBrowsers.length === 0)
    return html`<h3>${texts.title}</h3>
<p class="quiet">${texts.none}</p>
`;
  return html`<h3>${texts.title}</h3>
<p class="quiet">${texts.hint}</p>
<ul>
${trustedBrowsers.map((token) => browserItem(view, token))}</ul>
${button(`${view.root}account/browsers`, texts.forgetAll)}`;
}

function browserItem({ texts, language, root }: AccountState['view'], token: BrowserToken): Html {
  const { account, factors } = texts;
  const device = token.details['device'] || account.unknownDevice;
  const [added, until] = [instant(language, token.createdAt), instant(language, token.expiresAt)];
  const path = `${root}account/browsers/${token.handle}`;
  return html`<li class="row">
<div>
<p><strong>${device}</strong></p>
<p class="facts"><span>${account.network} ${token.details['network'] ?? ''}</span></p>
<p class="facts"><span>${factors.section.added} ${added}</span> <span>${factors.browsers.until} ${until}</span></p>
</div>
${button(path, factors.browsers.forget, factors.browsers.forgetOf(device))}</li>
`;
}

/** A button that acts; `label` says what it belongs to, for people who do not see that. */
function button(path: string, text: string, label?: string): Html {
  return html`<form method="post" action="${path}">
<button class="small" type="submit"${label === undefined ? nothing : html` aria-label="${label}"`}>${text}</button>
</form>
`;
}
