/** The canonical form of a name or an address, under which it is unique and counted (ruling G3). */

/** ASCII lower case, and nothing else: what Unicode calls equal stays different here. */
export function canonical(identifier: string): string {
  return identifier.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
