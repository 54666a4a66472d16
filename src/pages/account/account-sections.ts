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
  const address = field(
    {
      name: 'identifier',
      label: fields.newEmail,
      autocomplete: 'email',
      value: identifier,
      hint: account.changeEmailHint,
      form: 'email',
    },
    problems,
  );
  const password = field(
    { name: 'password', label: fields.currentPassword, autocomplete: 'current-password', form: 'email' },
    problems,
  );
  const form = html`<form method="post" action="${view.root}account/email" novalidate>
${accountName(person.user.identifier)}${address}${password}${submit(forgot.submit)}</form>
`;
  return folded(state, 'profile', account.changeEmail, form);
}

export function passwordForm(state: AccountState): Html {
  const { view, pages, person } = state;
  const { account, fields, register } = view.texts;
  const problems = problemsIn(state, 'password');
  const current = field(
    { name: 'password', label: fields.currentPassword, autocomplete: 'current-password', form: 'change' },
    problems,
  );
  const replacement = field(
    {
      name: 'new_password',
      label: fields.newPassword,
      autocomplete: 'new-password',
      hint: register.passwordHint(pages.passwordMinLength),
      form: 'change',
    },
    problems,
  );
  const form = html`<form method="post" action="${view.root}account/password" novalidate>
${accountName(person.user.identifier)}${current}${replacement}${submit(account.passwordSubmit)}</form>
`;
  return html`<p class="quiet">${account.passwordHint}</p>
${folded(state, 'password', account.passwordSubmit, form)}`;
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
  const password = field(
    { name: 'password', label: fields.currentPassword, autocomplete: 'current-password', form: 'delete' },
    problemsIn(state, 'delete'),
  );
  const form = html`<form method="post" action="${view.root}account/delete" novalidate>
${accountName(person.user.identifier)}${password}
<button class="danger" type="submit">${account.deleteSubmit}</button>
</form>
`;
  return html`<p class="quiet">${account.deleteHint}</p>
${folded(state, 'delete', account.deleteSubmit, form)}`;
}

/** A form that is folded until it is wanted; without a recent confirmation of the password, the way to confirm it. */
function folded(state: AccountState, section: Section, summary: string, form: Html): Html {
  if (!state.isProven) return confirmFirst(state, section);
  return html`<details${state.refused === section ? html` open` : nothing}>
<summary>${summary}</summary>
${form}</details>
`;
}

export function confirmFirst({ view: { texts, root } }: AccountState, section: Section): Html {
  const { account } = texts;
  const link = html`<a href="${root}account/confirm?section=${section}">${account.confirmTitle}</a>`;
  return html`<p>${account.confirmFirst} ${link}</p>
`;
}

function problemsIn({ refused, problems }: AccountState, section: Section): Problems {
  return refused === section ? problems : noProblems;
}
