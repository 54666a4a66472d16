/** Texts and arrays for PostgreSQL, which stores neither U+0000 nor lone surrogates. */

/** Whether a text can be stored unchanged. A name that cannot is refused as a name, without an error. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A text in a form that can be stored, where a character must not cause a failure; most texts are unchanged. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A list of hexadecimal hashes, in the syntax of a PostgreSQL array of `bytea`. */
export function byteaArray(hashes: readonly string[]): string {
  return `{${hashes.map((hash) => `"\\\\x${hash}"`).join()}}`;
}
