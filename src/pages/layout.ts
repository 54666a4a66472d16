/** The frame of every page: its head, its headers, and what it may load. */

import type { Reply } from '../http/reply.ts';
import { type Html, html } from './html.ts';
import { iconPath, stylePath } from './page-files.ts';

/** A page loads the stylesheet and the icon, and runs nothing. */
const ownFiles = "style-src 'self'; img-src 'self'";

/** What a page of Gatehouse may load, with the sources that it adds. */
export function contentPolicy(sources: string): string {
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The head of every page. Links are relative, so that they hold under any prefix. */
export function head(title: string): Html {
  return html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${iconPath}" type="image/svg+xml">`;
}

/** A page with the usual look; `summary` is the line below its heading. */
export function page(title: string, summary: string, main: Html): Reply {
  return pageReply(
    html`<!DOCTYPE html>
<html lang="en">
<head>
${head(title)}
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header>
<img src="${iconPath}" alt="" width="48" height="48">
<div>
<h1>${title}</h1>
<p>${summary}</p>
</div>
</header>
<main>
${main}
</main>
</body>
</html>
`,
    contentPolicy(ownFiles),
  );
}

/** An answer with a page. */
export function pageReply({ text }: Html, policy: string): Reply {
  return {
    status: 200,
    body: text,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      'content-security-policy': policy,
    },
  };
}
