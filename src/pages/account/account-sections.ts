/** The sections of the account page that hold the person's data and the forms that change it. */

import { accountName, field, submit } from '../parts/fields.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import { instant } from '../parts/instant.ts';
import { noProblems, type Problems } from '../parts/problems.ts';
import type { AccountState, Section } from './account-state.ts';

/** The name, the address and its state. */
export function profile({ view: { texts, language, root }, person: { user } }: AccountState): Html {
  const { account } = texts;
  const isWaiting = user.email !== null && user.emailVerifiedAt === null;
  const tag =
    user.emailVerifiedAt === null
      ? html`<span class="tag">${account.unverified}</span>`
      : html`<span class="tag good">${account.verified}</span>`;
  const address = user.email === null ? account.noAddress : html`${user.email} ${tag}`;
  const verify = html`<div class="actions">
<form method="post" action="${root}account/verify">
<button class="small" type="submit">${account.sendLink}</button>
</form>
<p><a href="${root}verify-email">${account.enterCode}</a></p>
</div>
`;
  return html`<dl>
<dt>${account.name}</dt>
<dd>${user.identifier}</dd>
<dt>${account.since}</dt>
<dd>${instant(language, user.createdAt)}</dd>
<dt>${account.address}</dt>
<dd>${address}</dd>
</dl>
${isWaiting ? verify : nothing}`;
}

export function emailForm(state: AccountState): Html {
  const { view, identifier, person } = state;
  const { account, fields, forgot } = view.texts;
  const problems = problemsIn(state, 'profile');
  const password = { name: 'password', label: fields.currentPassword, form: 'email' } as const;
  return folded(
    state,
    'profile',
    account.changeEmail,
    html`<form method="post" action="${view.root}account/email" novalidate>
${accountName(person.user.identifier)}${field(
  {
    name: 'identifier',
    label: fields.newEmail,
    autocomplete: 'email',
    value: identifier,
    hint: account.changeEmailHint,
    form: 'email',
  },
  problems,
)}${field({ ...password, autocomplete: 'current-password' }, problems)}${submit(forgot.submit)}</form>
`,
  );
}

export function passwordForm(state: AccountState): Html {
  const { view, pages, person } = state;
  const { account, fields, register } = view.texts;
  const problems = problemsIn(state, 'password');
  const current = { name: 'password', label: fields.currentPassword, form: 'change' } as const;
  return html`<p class="quiet">${account.passwordHint}</p>
${folded(
  state,
  'password',
  account.passwordSubmit,
  html`<form method="post" action="${view.root}account/password" novalidate>
${accountName(person.user.identifier)}${field({ ...current, autocomplete: 'current-password' }, problems)}${field(
  {
    name: 'new_password',
    label: fields.newPassword,
    autocomplete: 'new-password',
    hint: register.passwordHint(pages.passwordMinLength),
    form: 'change',
  },
  problems,
)}${submit(account.passwordSubmit)}</form>
`,
)}`;
}

export function exportForm(state: AccountState): Html {
  const { account } = state.view.texts;
  const form = html`<form method="post" action="${state.view.root}account/export">
<button type="submit">${account.exportSubmit}</button>
</form>
`;
  return html`<p class="quiet">${account.exportHint}</p>
${state.isProven ? form : confirmFirst(state, 'data')}`;
}

export function deleteForm(state: AccountState): Html {
  const { view, person } = state;
  const { account, fields } = view.texts;
  const problems = problemsIn(state, 'delete');
  const password = { name: 'password', label: fields.currentPassword, form: 'delete' } as const;
  return html`<p class="quiet">${account.deleteHint}</p>
${folded(
  state,
  'delete',
  account.deleteSubmit,
  html`<form method="post" action="${view.root}account/delete" novalidate>
${accountName(person.user.identifier)}${field({ ...password, autocomplete: 'current-password' }, problems)}<button class="danger" type="submit">${account.deleteSubmit}</button>
</form>
`,
)}`;
}

/** A form that is folded until it is wanted; without a recent confirmation of the password, the way to confirm it. */
function folded(state: AccountState, section: Section, summary: string, form: Html): Html {
  if (!state.isProven) return confirmFirst(state, section);
  return html`<details${state.refused === section ? html` open` : nothing}>
<summary>${summary}</summary>
${form}</details>
`;
}

function confirmFirst({ view: { texts, root } }: AccountState, section: Section): Html {
  return html`<p>${texts.account.confirmFirst} <a href="${root}account/confirm?section=${section}">${texts.account.confirmTitle}</a></p>
`;
}

function problemsIn({ refused, problems }: AccountState, section: Section): Problems {
  return refused === section ? problems : noProblems;
}
