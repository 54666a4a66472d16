/** Prints the OpenAPI document: `node scripts/openapi.ts > openapi.json`. */

import { openapi } from '../src/wire/openapi/document.ts';

console.log(JSON.stringify(openapi, undefined, 2));
