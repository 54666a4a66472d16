/** Reads addresses of PostgreSQL servers, and says them without their passwords. */

/**
 * The address as the driver gets it: every mode that encrypts also checks the certificate and the name in it, unless
 * `no-verify` says in so many words that it must not.
 */
export function strict(url: string): string {
  return url.replace(/([?&]sslmode=)(?:prefer|allow|require|verify-ca)(?=&|$)/, '$1verify-full');
}

/** Whether what travels to a server is encrypted, or does not leave this machine. */
export function isPrivate(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  const mode = searchParams.get('sslmode');
  return (
    /^(?:|localhost|127\.[\d.]+|\[::1\]|\/.*)$/.test(decodeURIComponent(host)) ||
    ['prefer', 'allow', 'require', 'verify-ca', 'verify-full'].includes(mode ?? '')
  );
}

/** What an address leads to, for people: never with the password. */
export interface Target {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
}

export function targetOf(url: string): Target {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  const user = decodeURIComponent(username) || (searchParams.get('user') ?? '');
  return {
    host: searchParams.get('host') ?? (hostname || 'localhost'),
    port: searchParams.get('port') ?? (port || '5432'),
    user,
    database: decodeURIComponent(pathname.slice(1)) || user,
  };
}

/** A text without the password of an address, should it contain it, as it is or as addresses spell it. */
export function withoutPassword(text: string, url: string): string {
  const { password, searchParams } = new URL(url);
  const written = /[?&]password=([^&#]*)/.exec(url)?.[1] ?? '';
  const secrets = [decodeURIComponent(password), searchParams.get('password') ?? ''];
  return [password, written, ...secrets.flatMap((secret) => [secret, encodeURIComponent(secret)])]
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((said, secret) => said.replaceAll(secret, '…'), text);
}
