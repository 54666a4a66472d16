/** Texts as PostgreSQL takes them: it knows neither U+0000 nor half of a pair of surrogates, and reads arrays of bytes. */

/** Whether a text can be kept as it is. One that cannot is no name: the caller is told so, and gets no error. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A text as it can be kept, for what must not fail over a character; most are kept as they are. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** A list of hashes, each of hexadecimal digits, as PostgreSQL reads an array of `bytea`. */
export function byteaArray(hashes: readonly string[]): string {
  return `{${hashes.map((hash) => `"\\\\x${hash}"`).join()}}`;
}
