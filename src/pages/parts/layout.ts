/** The frame of every page: its head, its headers, and what it may load. */

import type { Reply, ReplyHeaders } from '../../http/reply.ts';
import type { Brand } from './brand.ts';
import { type Html, html, nothing } from './html.ts';

/** What every page may load: the stylesheets and the logo. */
export const ownFiles = "style-src 'self'; img-src 'self'";

/** What a page of Gatehouse may load and where its forms may lead, with the sources that it adds. */
export function contentPolicy(sources: string, formAction = "'none'"): string {
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`;
}

/** The head of every page. Links are relative, so that they hold under any prefix; `root` leads to their root. */
export function head({ logo }: Brand, title: string, root = ''): Html {
  return html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${root}${logo}">`;
}

export function stylesheets({ styles }: Brand, root = ''): readonly Html[] {
  return styles.map((path) => html`<link rel="stylesheet" href="${root}${path}">\n`);
}

/** The page at `/`: a heading with the logo, and a line below it. */
export function page(brand: Brand, title: string, summary: string, main: Html): Reply {
  return pageReply(
    html`<!DOCTYPE html>
<html lang="en">
<head>
${head(brand, title)}
${stylesheets(brand)}</head>
<body>
<header>
<img src="${brand.logo}" alt="" width="48" height="48">
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

/**
 * With the usual `no-referrer` browsers send `Origin: null` with a form of the page, which ruling G13 refuses where they do
 * not send `Sec-Fetch-Site`; with `same-origin` other sites learn nothing either (ruling L2).
 */
const ofForms: ReplyHeaders = { 'referrer-policy': 'same-origin' };

/** What a page for people is made of. */
export interface PersonPage {
  readonly language: string;
  readonly brand: Brand;
  /** Leads from the page to the root of Gatehouse's paths: empty, or `../` once or more. */
  readonly root: string;
  readonly title: string;
  /** Beside the name, such as the button that signs out. */
  readonly aside?: Html;
  readonly main: Html;
  /** A form of a few fields is narrow. */
  readonly isNarrow?: boolean;
  /** The path of a script, from the root. */
  readonly script?: string | undefined;
  /** Whether the script asks this origin for something. */
  readonly connects?: boolean | undefined;
  /** Another origin to which the answer to a form of this page may redirect; browsers check it (CSP3, section 6.4.1). */
  readonly formOrigin?: string | undefined;
  readonly status?: number;
}

/** A page for people, in their language. */
export function personPage({
  language,
  brand,
  root,
  title,
  aside = nothing,
  main,
  isNarrow = false,
  script,
  connects = false,
  formOrigin,
  status = 200,
}: PersonPage): Reply {
  const ofScript = connects ? "; script-src 'self'; connect-src 'self'" : "; script-src 'self'";
  const sources = script === undefined ? ownFiles : `${ownFiles}${ofScript}`;
  const formAction = formOrigin === undefined ? "'self'" : `'self' ${formOrigin}`;
  const reply = pageReply(
    html`<!DOCTYPE html>
<html lang="${language}">
<head>
${head(brand, `${title} – ${brand.name}`, root)}
${stylesheets(brand, root)}${script === undefined ? nothing : html`<script src="${root}${script}" defer></script>\n`}</head>
<body${isNarrow ? html` class="narrow"` : nothing}>
<header class="brand">
<img src="${root}${brand.logo}" alt="" width="32" height="32">
<span>${brand.name}</span>
${aside}</header>
<main>
${main}
</main>
</body>
</html>
`,
    contentPolicy(sources, formAction),
  );
  return { ...reply, status, headers: { ...reply.headers, ...ofForms } };
}

/** An answer with a page. */
export function pageReply(content: Html, policy: string): Reply {
  const body = String(content);
  return {
    status: 200,
    body,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'content-security-policy': policy,
    },
  };
}
