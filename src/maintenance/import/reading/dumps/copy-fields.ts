/** Reads the fields of a row in the text format of PostgreSQL's COPY. */

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Bytes in octal or hexadecimal digits, several in a row, or one character after a backslash. */
const escapes = /((?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}))+)|\\([\s\S])/g;

/** The fields of a line, `null` for NULL; `undefined` if bytes in it are not UTF-8. */
export function copyFields(line: string): (string | null)[] | undefined {
  try {
    return line.split('\t').map((field) => (field === '\\N' ? null : unescaped(field)));
  } catch {
    return undefined;
  }
}

function unescaped(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(escapes, (_all, bytes: string | undefined, letter: string) =>
    bytes === undefined ? (letters[letter] ?? letter) : textOf(bytes),
  );
}

/** @throws if the bytes are not UTF-8. */
function textOf(text: string): string {
  const codes = text.slice(1).split('\\');
  const bytes = codes.map((code) => (code.startsWith('x') ? Number(`0${code}`) : Number.parseInt(code, 8)));
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
