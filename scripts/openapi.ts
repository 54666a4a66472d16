/** Turns the OpenAPI document into the JSON that a server serves: `npm run openapi` writes `openapi/openapi.json`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const folder = new URL('../openapi/', import.meta.url);

const document = parse(readFileSync(new URL('openapi.yaml', folder), 'utf8'));
writeFileSync(new URL('openapi.json', folder), `${JSON.stringify(document, undefined, 2)}\n`);
