/** The parts of forms: fields with their labels, hints and problems, buttons and messages. */

import type { MissingTexts, PageTexts } from '../../messages/page-texts.ts';
import { type Html, html, nothing } from './html.ts';
import type { FieldName, Problems } from './problems.ts';
import type { IdentifierKinds } from './view.ts';

export interface Field {
  readonly name: FieldName;
  readonly label: string;
  /** What the browser fills in (HTML, "autofill"; WCAG 2.2, success criterion 1.3.5). */
  readonly autocomplete:
    | 'username'
    | 'username webauthn'
    | 'email'
    | 'current-password'
    | 'new-password'
    | 'one-time-code'
    | 'off';
  readonly value?: string;
  readonly hint?: Html | string | undefined;
  /** Gets the focus when the page opens, if no field has a problem. */
  readonly isFirst?: boolean;
  /** Gets the focus when a script has filled in the code before it. */
  readonly isAfterCode?: boolean;
  /** Shows the keyboard of digits on phones. */
  readonly isDigits?: boolean;
  /** Tells fields of one name apart where a page has several forms. */
  readonly form?: string;
}

/**
 * A field, with its problem above it. A password is never sent back. Nothing hinders pasting or a password manager (success
 * criterion 3.3.8).
 */
export function field(given: Field, { beside }: Problems): Html {
  const { name, label, autocomplete, value = '', hint, isFirst = false, isAfterCode = false, form } = given;
  const id = form === undefined ? name : `${form}-${name}`;
  const problem = beside[name];
  const [firstWithProblem] = Object.keys(beside);
  const hasFocus = firstWithProblem === undefined ? isFirst : firstWithProblem === name;
  const described = [...(hint === undefined ? [] : [`${id}-hint`]), ...(problem ? [`${id}-problem`] : [])];
  return html`<div class="field">
<label for="${id}">${label}</label>
${hint === undefined ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>\n`}${
  problem === undefined ? nothing : html`<p class="problem" id="${id}-problem">${problem}</p>\n`
}<input id="${id}" name="${name}" ${kindOf(given)} autocomplete="${autocomplete}" required${
    described.length === 0 ? nothing : html` aria-describedby="${described.join(' ')}"`
  }${problem === undefined ? nothing : html` aria-invalid="true"`}${hasFocus ? html` autofocus` : nothing}${
    isAfterCode ? html` data-after-code` : nothing
  }${isPassword(name) ? nothing : html` value="${value}"`}>
</div>
`;
}

function isPassword(name: FieldName): boolean {
  return name === 'password' || name === 'new_password';
}

function kindOf({ name, autocomplete, isDigits = false }: Field): Html {
  if (isPassword(name)) return html`type="password"`;
  const mode = isDigits
    ? html` inputmode="numeric"`
    : autocomplete === 'email'
      ? html` inputmode="email"`
      : nothing;
  return html`type="text"${mode} autocapitalize="none" autocorrect="off" spellcheck="false"`;
}

/** The label of the field that takes an identifier. */
export function identifierLabel({ fields }: PageTexts, { email, username }: IdentifierKinds): string {
  if (email && username) return fields.emailOrUsername;
  return email ? fields.email : fields.username;
}

/** The box for staying signed in. */
export function rememberBox({ fields }: PageTexts, isOn: boolean): Html {
  return box('remember', fields.remember, fields.rememberHint, isOn);
}

/** A box to tick, with what it means. */
export function box(name: string, label: string, hint: string, isOn: boolean): Html {
  return html`<div class="field check">
<input type="checkbox" id="${name}" name="${name}" value="on" aria-describedby="${name}-hint"${isOn ? html` checked` : nothing}>
<label for="${name}">${label}</label>
<p class="hint" id="${name}-hint">${hint}</p>
</div>
`;
}

/** The field for the code of a mail, which a script fills in from the fragment of the link. */
export function codeField(
  texts: PageTexts,
  problems: Problems,
  value: string,
  label: string,
  hint: string,
): Html {
  const filled = html`${hint} <span id="from-link" hidden>${texts.token.fromLink}</span>`;
  return field(
    { name: 'code', label, autocomplete: 'one-time-code', value, hint: filled, isFirst: true },
    problems,
  );
}

/** A value that goes with the form without being seen. */
export function hidden(name: string, value: string | undefined): Html {
  return value === undefined ? nothing : html`<input type="hidden" name="${name}" value="${value}">\n`;
}

/** The name of the account, so that a password manager knows whose password this is. It is not sent. */
export function accountName(identifier: string): Html {
  return html`<input type="text" autocomplete="username" value="${identifier}" hidden>\n`;
}

export function submit(label: string): Html {
  return html`<button class="main" type="submit">${label}</button>\n`;
}

/** What is wrong with a form as a whole. In the middle of a long page it gets the focus, so that the browser scrolls to it. */
export function alert({ about }: Problems, isInside = false): Html {
  if (about === undefined) return nothing;
  return html`<p class="alert" role="alert"${isInside ? html` tabindex="-1" autofocus` : nothing}>${about}</p>\n`;
}

/**
 * What was done before this page, if the query names it. `inSection`: the copy in a section of a long page, which is seen in
 * place of the first one where the address leads to that section, because the first one is then out of sight.
 */
export function notice({ done }: PageTexts, query: URLSearchParams, inSection = false): Html {
  const name = query.get('done') ?? '';
  if (!Object.hasOwn(done, name)) return nothing;
  const kind = inSection ? html`notice inside` : html`notice`;
  return html`<p class="${kind}" role="status">${done[name as keyof typeof done]}</p>\n`;
}

/** The problems of fields that are empty; `undefined` if none is. */
export function emptyFields(
  { missing }: PageTexts,
  typed: Readonly<Record<string, string>>,
  names: readonly FieldName[],
): Problems | undefined {
  const empty = names.filter((name) => typed[name] === '');
  if (empty.length === 0) return undefined;
  return { beside: Object.fromEntries(empty.map((name) => [name, missing[name as keyof MissingTexts]])) };
}
