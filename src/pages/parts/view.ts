/** What the pages share: the services, the settings of the pages, and the language of a request. */

import type { ForwardCookie } from '../../http/forward/forward-cookie.ts';
import type { ReturnTargets } from '../../http/forward/return-targets.ts';
import type { Reply } from '../../http/reply.ts';
import type { Cookies } from '../../http/request/cookies.ts';
import type { Carriers } from '../../http/request/session-id.ts';
import { chooseLanguage, type Language } from '../../messages/language-choice.ts';
import { languages } from '../../messages/messages.ts';
import type { PageTexts } from '../../messages/page-texts.ts';
import type { Messages } from '../../messages/texts.ts';
import type { RelyingParty } from '../../settings/factors/relying-party.ts';
import type { Exports } from '../../usecases/account/export-account.ts';
import type { Services } from '../../usecases/services.ts';
import type { Brand } from './brand.ts';
import { type PersonPage, personPage } from './layout.ts';

/** The kinds of identifiers that people may register and sign in with, as the served contracts have them. */
export interface IdentifierKinds {
  readonly email: boolean;
  readonly username: boolean;
}

/** What every page may need. */
export interface PageServices {
  readonly services: Services;
  readonly cookies: Cookies;
  /** The cookie that goes with that of a session; `undefined` without a domain. */
  readonly forwardCookie: ForwardCookie | undefined;
  readonly exports: Exports;
  readonly brand: Brand;
  readonly targets: ReturnTargets;
  readonly kinds: IdentifierKinds;
  readonly passwordMinLength: number;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly language: Language;
  readonly basePath: string;
  /** The path of the script that fills in the token of a link. */
  readonly script: string;
  /** Whether there can be a key for the secrets of authenticator apps (ruling F3). */
  readonly hasApps: boolean;
  /** What passkeys belong to; `undefined` if there can be none. */
  readonly party: RelyingParty | undefined;
  /** The path of the script of passkeys; `undefined` if its library is not installed. */
  readonly passkeyScript: { path(): Promise<string | undefined> };
}

/**
 * Whether passkeys can be used: not without a relying party, and not at the IP address of this machine while they belong to
 * `localhost`. Other names are left to the browser, because a proxy may put its own into the request.
 */
export type PasskeysHere = 'here' | 'elsewhere' | 'none';

/** A page in the making: the texts in the language of the request, and the way to the root. */
export interface View {
  readonly texts: PageTexts;
  readonly language: string;
  readonly root: string;
  readonly passkeys: PasskeysHere;
  /** Puts the page into its frame. */
  page(content: Omit<PersonPage, 'language' | 'brand' | 'root'>): Reply;
}

/** What a page sees of a request. */
type Seen = Carriers & { readonly host?: string | null };

function passkeysAt({ id }: RelyingParty, host: string | null | undefined): PasskeysHere {
  const isNamed = !host || id !== 'localhost' || /^localhost(?::|$)/i.test(host);
  return isNamed ? 'here' : 'elsewhere';
}

/** `path` is that of the route, without the base path. */
export function viewOf({ brand, language, party }: PageServices, request: Seen, path: string): View {
  const messages: Messages = languages[chooseLanguage(request.header('accept-language'), language)];
  const root = '../'.repeat(path.split('/').length - 2);
  return {
    texts: messages.pages,
    language: messages.language,
    root,
    passkeys: party ? passkeysAt(party, request.host) : 'none',
    page: (content) => personPage({ language: messages.language, brand, root, ...content }),
  };
}
