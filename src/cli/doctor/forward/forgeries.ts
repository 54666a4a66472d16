/** The identity headers that a client may forge, in the spellings that proxies and applications read differently. */

/** A forged request: its headers as they are sent, in order. */
export interface Forgery {
  readonly what: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * The forgeries of some identity headers. Applications that read headers as variables (CGI, WSGI and the like) take
 * `Remote_User` for `Remote-User`, so a proxy must remove both.
 *
 * @param value what the headers say; it must be found again at the application.
 */
export function forgeriesOf(names: readonly string[], value: string): Forgery[] {
  const each = (what: string, spell: (name: string) => string): Forgery => ({
    what,
    headers: names.map((name) => [spell(name), value]),
  });
  const twice = names.flatMap((name) => [[name, ''] as const, [name.toLowerCase(), value] as const]);
  return [
    each('as they are', (name) => name),
    each('in lower case', (name) => name.toLowerCase()),
    each('in capitals', (name) => name.toUpperCase()),
    each('with underscores', (name) => name.replaceAll('-', '_')),
    each('with underscores, in capitals', (name) => name.replaceAll('-', '_').toUpperCase()),
    each('with underscores, in lower case', (name) => name.replaceAll('-', '_').toLowerCase()),
    { what: 'twice, the first one empty', headers: twice },
    {
      what: 'with underscores, beside real names',
      headers: names.flatMap((name) => [[name, value] as const, [name.replaceAll('-', '_'), value] as const]),
    },
  ];
}

/** The name by which applications may know a header: without case, and with underscores for hyphens. */
export function variableOf(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
