/** The OpenAPI document: every route of every contract, as it is served at `/openapi.json`. */

import { allContracts, type ContractName, isContract } from '../../settings.ts';
import { account } from './account.ts';
import { dotjson } from './dotjson.ts';
import { email } from './email.ts';
import { envelope } from './envelope.ts';
import { headers } from './headers.ts';
import { sharedSchemas } from './ids.ts';
import { problemResponses, problemSchema } from './refusals.ts';
import { rest } from './rest.ts';
import { securitySchemes } from './security.ts';
import { session } from './session.ts';
import { sessions } from './sessions.ts';
import type { Document, Part } from './shape.ts';
import { site } from './site.ts';

/** The version of the package; a test compares the two. Not read from its file, so that a bundle needs none. */
const version = '0.1.0';

const description = `Session authentication in three contracts over one set of accounts and sessions: an account or a
session made through one of them is valid through the others.

**Session ids** are opaque. Each contract mints its own spelling, and all accept both. An id sent explicitly
(in a body, a header or \`?s=\`) outranks the cookie, even if it is not valid.

**Paths** match exactly: case, slashes and percent-encoding count. A path that is not listed here is answered with 404,
a method that is not listed with 405 and \`Allow\`, each in the error body of the contract that owns the path: \`envelope\`
below \`/api/auth\`, \`dotjson\` for names that end in \`.json\`, problem details everywhere else. The operator can switch
contracts off; one that is off is not listed here, and its paths are unknown ones, answered in problem details.

**Throttle.** Every operation says whether it is throttled. What is counted, is counted before anything is hashed, under
limits the operator sets: for the account and for the client's network, together for all contracts. A full count is
answered with 429 and \`Retry-After\`. A browser that carries the cookie
\`__Host-gatehouse_device\` and has logged in to an account before has one count of its own there instead of the two, which
strangers cannot fill.

**Cross-site.** A request that changes state is answered with 403 if a browser says that it comes from a page of another
origin, unless the operator allows that origin. Allowed origins may also call through CORS, with credentials; their
preflight requests (OPTIONS) are answered with 204 on any path, so that their pages can read a 404 or 405 too.

**Refusals as 200.** For clients that expect it, the operator can have \`envelope\` and \`dotjson\` answer their refusals
with 200 and the same body and headers (\`GATEHOUSE_ENVELOPE_STATUS\`, \`GATEHOUSE_DOTJSON_STATUS\`). Trouble of the server
itself, 500 and 503, always keeps its status.`;

const parts: readonly Part[] = [envelope, rest, dotjson, session, sessions, account, email, site];

/** One map out of the maps of some parts. */
function merged<Value>(
  some: readonly Part[],
  of: (part: Part) => Readonly<Record<string, Value>> | undefined,
): Record<string, Value> {
  return Object.fromEntries(some.flatMap((part) => Object.entries(of(part) ?? {})));
}

/** The document of a server that serves some of the contracts: the routes of the others are not in it (ruling W5). */
export function openapiOf(contracts: readonly ContractName[]): Document {
  const served = parts.filter(({ tag: { name } }) => !isContract(name) || contracts.includes(name));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Gatehouse',
      version,
      summary: 'Sessions that begin at login and end at once at logout.',
      description,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that serves this document.' }],
    tags: served.map((part) => part.tag),
    paths: merged(served, (part) => part.paths),
    components: {
      securitySchemes,
      headers,
      schemas: { ...sharedSchemas, Problem: problemSchema, ...merged(served, (part) => part.schemas) },
      responses: { ...problemResponses, ...merged(served, (part) => part.responses) },
    },
  };
}

/** The whole of it. */
export const openapi: Document = openapiOf(allContracts);
