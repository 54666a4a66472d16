/** The page at `/reference`: the OpenAPI document of this server, shown by Redoc, without any other server. */

import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { newUuid } from '../crypto/ids.ts';
import type { Route } from '../http/contract.ts';
import { accepts } from '../http/request/accept.ts';
import { redocPath } from './page-routes.ts';
import type { Brand } from './parts/brand.ts';
import { html } from './parts/html.ts';
import { contentPolicy, head, pageReply } from './parts/layout.ts';
import { keptForAYear } from './parts/page-files.ts';

/** The page and its script. */
export function referenceRoutes(brand: Brand): readonly Route[] {
  return [
    { method: 'GET', path: '/reference', answer: () => reference(brand) },
    {
      method: 'GET',
      path: `/${redocPath}`,
      answer: ({ request }) => script(request.header('accept-encoding')),
    },
  ];
}

/**
 * Redoc adds `<style>` elements with the nonce of the page, which is another one each time. Its menu of further actions
 * leads to other sites, and is hidden.
 */
function reference(brand: Brand) {
  const nonce = newUuid();
  const sources =
    `script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src data:; ` +
    `connect-src 'self'; worker-src 'none'`;
  return pageReply(
    html`<!DOCTYPE html>
<html lang="en">
<head>
${head(brand, 'Gatehouse API reference')}
<meta property="csp-nonce" nonce="${nonce}" content="${nonce}">
<style nonce="${nonce}">
body { margin: 0; }
redoc [aria-label='More actions'] { display: none !important; }
@media (max-width: 30rem) { redoc h1 { font-size: 1.1rem !important; } }
</style>
</head>
<body>
<noscript><p>The reference needs JavaScript. Without it, read the <a href="openapi.json">OpenAPI document</a>.</p></noscript>
<redoc spec-url="openapi.json" disable-telemetry="true"></redoc>
<script type="module" src="${redocPath}"></script>
</body>
</html>
`,
    contentPolicy(sources),
  );
}

let packed: Buffer | undefined;
let unpacked: Buffer | undefined;

/** Read at the first use; unpacked once, for the rare client that takes no gzip. After a failure the next request tries again. */
async function script(encodings: string | null) {
  const isGzip = accepts(encodings, 'gzip');
  packed ??= await readFile(new URL('../../openapi/redoc.js.gz', import.meta.url));
  if (!isGzip) unpacked ??= await promisify(gunzip)(packed);
  const body = isGzip ? packed : (unpacked as Buffer);
  return {
    status: 200,
    body,
    headers: {
      ...keptForAYear,
      'content-type': 'text/javascript; charset=utf-8',
      'content-length': String(body.byteLength),
      vary: 'Accept-Encoding, Origin',
      ...(isGzip && { 'content-encoding': 'gzip' }),
    },
  };
}
