/** The page of a request that no form can answer: a fault of the request, an unknown path, trouble of the server. */

import type { WordedRefusal } from '../../http/contract.ts';
import type { Reply } from '../../http/reply.ts';
import { pathOf } from '../../http/request-context.ts';
import { alert } from './fields.ts';
import { html } from './html.ts';
import { sentenceOf } from './problems.ts';
import { type PageServices, viewOf } from './view.ts';

/** A client without a request has none of its headers. */
const noRequest = { target: '/', header: () => null };

export function errorPage(pages: PageServices, refusal: WordedRefusal): Reply {
  const { refused, request = noRequest, requestId, status, retryAfterSeconds } = refusal;
  const path = pathOf(request);
  const { basePath } = pages;
  const within = path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  const view = viewOf(pages, request, within);
  const { errors } = view.texts;
  const about = sentenceOf(view.texts, refused, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  return view.page({
    title: errors.title,
    isNarrow: true,
    status,
    main: html`<h1>${errors.title}</h1>
${alert({ about, beside: {} })}<p class="quiet">${errors.request(requestId)}</p>
<div class="links">
<p><a href="${view.root}sign-in">${errors.back}</a></p>
</div>`,
  });
}
