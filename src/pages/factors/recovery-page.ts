/** The page with ten recovery codes, which is shown once: to be saved as a file, or printed. */

import type { Reply, ReplyHeaders } from '../../http/reply.ts';
import type { PageTexts } from '../../messages/page-texts.ts';
import { hidden } from '../parts/fields.ts';
import { html } from '../parts/html.ts';
import type { View } from '../parts/view.ts';

/** What happened before the codes are shown. */
export type CodesReason = 'authenticatorAdded' | 'passkeyAdded' | 'codesMade';

export interface NewCodes {
  readonly reason: CodesReason;
  readonly identifier: string;
  readonly codes: readonly string[];
  /** Where the person goes on. */
  readonly goOn: string;
  readonly headers?: ReplyHeaders;
}

/** The codes stand in the page and in no address. Reloading it sends the form again, which leads to a page without them. */
export function recoveryPage(view: View, { reason, identifier, codes, goOn, headers }: NewCodes): Reply {
  const { account, factors } = view.texts;
  const { recovery } = factors;
  const reply = view.page({
    title: recovery.shownTitle,
    isNarrow: true,
    main: html`<h1>${recovery.shownTitle}</h1>
<p class="notice" role="status">${recovery[reason]}</p>
<div class="card">
<p>${recovery.explanation}</p>
<dl>
<dt>${account.name}</dt>
<dd>${identifier}</dd>
</dl>
<ul class="codes" aria-label="${recovery.title}">
${codes.map((code) => html`<li><code>${code}</code></li>\n`)}</ul>
<form method="post" action="${view.root}account/recovery-codes/file">
${hidden('codes', codes.join(' '))}<button type="submit">${recovery.save}</button>
</form>
<p class="quiet no-print">${recovery.print}</p>
</div>
<div class="links">
<p><a href="${goOn}">${recovery.goOn}</a></p>
</div>`,
  });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** Ten codes as they are shown, between spaces. Nothing else is written into a file. */
const shownCodes = /^[a-z2-9]{4}(?:-[a-z2-9]{4}){3}(?: [a-z2-9]{4}(?:-[a-z2-9]{4}){3}){9}$/;

/** A file of codes that the browser sends back, since the server does not have them any more; `undefined` for anything else. */
export function recoveryFile(
  { factors: { recovery } }: PageTexts,
  site: string,
  identifier: string,
  codes: string,
): Reply | undefined {
  if (!shownCodes.test(codes)) return undefined;
  const lines = [recovery.fileTitle(site), identifier, '', ...codes.split(' '), '', recovery.fileHint, ''];
  const body = lines.join('\n');
  return {
    status: 200,
    body,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'content-disposition': 'attachment; filename="recovery-codes.txt"',
    },
  };
}
