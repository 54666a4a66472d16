/** Reads the lists of what a client accepts: `Accept` and `Accept-Encoding` (RFC 9110, section 12.5). */

/** Whether a list has a name, in any case, and not with the quality 0. Wildcards do not count. */
export function accepts(list: string | null, name: string): boolean {
  return (list ?? '').split(',').some((item) => {
    const [named = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    return named === name && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
  });
}
