/** Makes what a server serves in `openapi/`: `npm run openapi` writes the document as JSON, and Redoc, which shows it. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { redocNotices, redocScript } from './redoc.ts';

const folder = new URL('../openapi/', import.meta.url);

const document = parse(readFileSync(new URL('openapi.yaml', folder), 'utf8'));
writeFileSync(new URL('openapi.json', folder), `${JSON.stringify(document, undefined, 2)}\n`);

// It is kept here, because a server is installed without the linter. Another zlib alone changes nothing: every version
// stays in the history.
const script = redocScript();
const packed = new URL('redoc.js.gz', folder);
if (!existsSync(packed) || gunzipSync(readFileSync(packed)).toString() !== script)
  writeFileSync(packed, gzipSync(script, { level: 9 }));
writeFileSync(new URL('redoc-notices.txt', folder), redocNotices());
