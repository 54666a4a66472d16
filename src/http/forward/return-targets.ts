/** Where people go after they have signed in: a path of this origin, or an allow-listed origin, and nothing else. */

/** The word for the account page of this Gatehouse, whatever prefix it is mounted under. */
export const accountTarget = 'account';

/** A longer target is not taken, in characters. */
export const maxTargetCharacters = 1_000;

/** Visible ASCII without a backslash, which browsers read as a slash. */
export const targetCharacters = /^[!-[\]-~]+$/;

export class ReturnTargets {
  readonly #origins: ReadonlySet<string>;
  readonly #home: string;
  readonly #domain: string;
  readonly #schemes: RegExp;

  /**
   * @param home where people go without a target; empty for the account page.
   * @param domain the domain of the cookie of forward authentication, on whose hosts targets are taken too, over HTTPS;
   * empty for none (ruling W8).
   * @param isSecure false in debug mode, where HTTP is enough there.
   */
  constructor(allowedOrigins: readonly string[], home: string, domain = '', isSecure = true) {
    this.#origins = new Set(allowedOrigins.filter((origin) => /^https?:/.test(origin)));
    this.#home = home;
    this.#domain = domain;
    this.#schemes = isSecure ? /^https:$/ : /^https?:$/;
  }

  /** The target of `return_to`, unchanged; `undefined` if there is none, or one that may lead elsewhere. */
  accepted(text: string | null | undefined): string | undefined {
    if (!text || text.length > maxTargetCharacters || !targetCharacters.test(text)) return undefined;
    if (text === accountTarget) return text;
    return isOwnPath(text) || this.#isOfAllowedOrigin(text) ? text : undefined;
  }

  /** The value of `Location` on a page from which `root` leads to the root of Gatehouse's paths. */
  location(text: string | null | undefined, root: string): string {
    const target = this.accepted(text) ?? (this.#home || accountTarget);
    return target === accountTarget ? `${root}${target}` : target;
  }

  /** The other origin that `location` leads to; `undefined` if it stays on this one. */
  foreignOrigin(text: string | null | undefined): string | undefined {
    const location = this.location(text, '');
    return URL.canParse(location) ? new URL(location).origin : undefined;
  }

  #isOfAllowedOrigin(text: string): boolean {
    if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) return false;
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') return false;
    return this.#origins.has(url.origin) || this.#isBelowDomain(url);
  }

  #isBelowDomain({ protocol, hostname }: URL): boolean {
    const isThere = hostname === this.#domain || hostname.endsWith(`.${this.#domain}`);
    return this.#domain !== '' && isThere && this.#schemes.test(protocol);
  }
}

/** Whether a text is a path from the root of this origin. Resolved, `/.//host` begins with two slashes; it is not taken. */
export function isOwnPath(text: string): boolean {
  if (!/^\/(?!\/)/.test(text) || !URL.canParse(text, ownBase)) return false;
  const { origin, pathname } = new URL(text, ownBase);
  return origin === ownBase && !pathname.startsWith('//');
}

/** Stands for this origin, whose name is not known. */
const ownBase = 'http://own.invalid';
