/** The field for a code: the digits of the app, or a recovery code, which has letters and needs another keyboard. */

import type { PageTexts } from '../../messages/page-texts.ts';
import { field, hidden } from '../parts/fields.ts';
import { type Html, html, nothing } from '../parts/html.ts';
import type { Problems } from '../parts/problems.ts';

/** What people are asked for. Every such field takes both. */
export type CodeKind = 'app' | 'recovery';

/** The kind that a client names in the query or in the form; an account without an app has recovery codes only. */
export function codeKindOf(named: string | null, hasApp: boolean): CodeKind {
  return named === 'recovery' || !hasApp ? 'recovery' : 'app';
}

/** The field, empty: a code that was refused is of no use, and one that was not used belongs in no page. */
export function stepCodeField(texts: PageTexts, problems: Problems, kind: CodeKind, isFirst: boolean): Html {
  const { authenticator, recovery } = texts.factors;
  const { code, codeHint } = kind === 'app' ? authenticator : recovery;
  const isApp = kind === 'app';
  const input = field(
    {
      name: 'code',
      label: code,
      autocomplete: isApp ? 'one-time-code' : 'off',
      hint: codeHint,
      isDigits: isApp,
      isFirst,
    },
    problems,
  );
  return html`${isApp ? nothing : hidden('with', kind)}${input}`;
}

/** The way from one kind to the other, for an account with an app; `query` is the rest of the query of the page. */
export function otherKind(
  texts: PageTexts,
  kind: CodeKind,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Html {
  const { useRecovery, useApp } = texts.factors.secondStep;
  const kept = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const rest = new URLSearchParams([...(kind === 'app' ? [['with', 'recovery']] : []), ...kept]).toString();
  return html`<p><a href="${path}?${rest}">${kind === 'app' ? useRecovery : useApp}</a></p>\n`;
}
