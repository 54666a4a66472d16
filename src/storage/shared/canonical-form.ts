/** The canonical form of a name or an address, under which it is unique and counted (ruling G3). */

/** Lower case for ASCII letters only: texts that Unicode calls equivalent stay different. */
export function canonical(identifier: string): string {
  return identifier.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
