/** The page at `/` for people with a browser: what runs here, whether it is ready, and where to read on. */

import type { Route } from '../http/contract.ts';
import { accepts } from '../http/request/accept.ts';
import type { ContractName, Settings } from '../settings/settings.ts';
import { version } from '../version.ts';
import type { Brand } from './parts/brand.ts';
import { type Html, html, nothing } from './parts/html.ts';
import { page } from './parts/layout.ts';

/** The page does not wait longer for the store, in milliseconds. */
const patienceMs = 1_000;

/**
 * Only a client that asks for HTML gets the page; for any other the path is unknown, as it is without the page. `ready`
 * is the question of `/readyz`; at most one is asked at a time.
 */
export function frontPage(
  ready: () => Promise<void>,
  { contracts, pages }: Pick<Settings, 'contracts' | 'pages'>,
  brand: Brand,
): Route {
  const isReady = oneAtATime(ready);
  return {
    method: 'GET',
    path: '/',
    async answer({ request }) {
      if (!accepts(request.header('accept'), 'text/html')) return { refused: 'unknown_route' };
      const main = html`${(await isReady()) ? good : bad}
${pages ? forPeople : nothing}<h2>Read on</h2>
<ul class="card">
<li><a href="reference">API reference</a><br><span class="quiet">Every route of this server, with examples</span></li>
<li><a href="openapi.json">OpenAPI document</a><br><span class="quiet">The same for programs</span></li>
<li>Documentation<br><span class="quiet">The folder <code>docs</code> of the package; <code>README.md</code> beside it lists the pages</span></li>
</ul>
<h2>What clients can use</h2>
<ul class="card">
${contracts.map((name) => contractItem[name])}
<li><code>GET /auth/session</code><br><span class="quiet">Who is logged in? The session check for your backend</span></li>
</ul>`;
      return page(brand, 'Gatehouse', `Session authentication, version ${version()}`, main);
    },
  };
}

const good = html`<div class="card status good" role="status"><div>
<p><strong>Ready</strong></p>
<p>The server runs, and its database answers.</p>
</div></div>`;

const bad = html`<div class="card status bad" role="status"><div>
<p><strong>Not ready</strong></p>
<p>The server runs, but its database does not answer. The log of the server says why.</p>
</div></div>`;

const forPeople = html`<h2>For people</h2>
<ul class="card">
<li><a href="sign-in">Sign in</a><br><span class="quiet">Or create an account, or set a new password</span></li>
<li><a href="account">Your account</a><br><span class="quiet">Address, password, sessions, activity, export and deletion</span></li>
</ul>
`;

const contractItem: Readonly<Record<ContractName, Html>> = {
  envelope: item('envelope', 'POST /api/auth/login', 'the session in request and response bodies'),
  rest: item('rest', 'POST /auth/login', 'e-mail addresses, and the session in a cookie'),
  dotjson: item('dotjson', 'POST /login.json', 'usernames, and the session in a cookie or in the query'),
};

function item(name: ContractName, route: string, summary: string): Html {
  return html`<li><code>${route}</code><br><span class="quiet">Contract <code>${name}</code>: ${summary}</span></li>
`;
}

/** Whether something resolves in time. A caller that comes while it is asked waits for the same answer. */
function oneAtATime(ask: () => Promise<void>): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined;
  return () => {
    asked ??= ask()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asked = undefined;
      });
    return within(patienceMs, asked);
  };
}

async function within(ms: number, answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false).unref();
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
