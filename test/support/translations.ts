/** What a language of the catalogue lacks in comparison with English. */

/** A string, a function that returns text, or a group of texts under names. */
type Text = unknown;

/** What the texts of a language lack, a sentence for each; `english` is not given for English itself. */
export function flawsOf(texts: object, english: object | undefined, same: readonly string[]): string[] {
  const [own, theirs] = [leavesOf(texts), leavesOf(english ?? texts)];
  const missing = missingIn(texts, english ?? texts);
  const flaws = [...own].flatMap(([path, text]) => {
    const original = theirs.get(path);
    return original === undefined ? [`${path} is not in English`] : flawsIn(path, text, original);
  });
  if (english === undefined) return flaws;
  const isSame = (path: string) => own.has(path) && written(own.get(path)) === written(theirs.get(path));
  const alike = [...own.keys()].filter((path) => isSame(path) && !same.includes(path));
  return [
    ...missing,
    ...flaws,
    ...alike.map((path) => `${path} is the same as in English`),
    ...same.filter((path) => !isSame(path)).map((path) => `${path} is listed as the same, and is not`),
  ];
}

function flawsIn(path: string, text: Text, original: Text): string[] {
  if (typeof text !== typeof original)
    return [`${path} is a ${typeof text}; English has a ${typeof original}`];
  const [own, theirs] = [written(text), written(original)];
  if (own.trim() === '') return [`${path} is empty`];
  if (typeof text === 'string' && text.includes('\n')) return [`${path} has more than one line`];
  return valuesIn(own) === valuesIn(theirs)
    ? []
    : [`${path} has the values ${valuesIn(own)}; English has ${valuesIn(theirs)}`];
}

/** The names that the other has on the way to its texts; of a group that is missing only the group. */
function missingIn(texts: object, others: object, path = ''): string[] {
  return Object.entries(others).flatMap(([name, other]) => {
    const own = Object.hasOwn(texts, name) ? (texts as Record<string, unknown>)[name] : undefined;
    if (own === undefined) return [`${path}${name} is missing`];
    return isGroup(own) && isGroup(other) ? missingIn(own, other, `${path}${name}.`) : [];
  });
}

/** Every text under the path of its names. */
function leavesOf(texts: object, path = ''): Map<string, Text> {
  return new Map(
    Object.entries(texts).flatMap(([name, text]): [string, Text][] =>
      isGroup(text) ? [...leavesOf(text, `${path}${name}.`)] : [[`${path}${name}`, text]],
    ),
  );
}

function isGroup(text: Text): text is object {
  return typeof text === 'object' && text !== null;
}

/** A text as people read it, with the name of each value in its place: that of a field, or its number. */
function written(text: Text): string {
  if (typeof text !== 'function') return String(text);
  const lines: unknown = text(...Array.from({ length: text.length }, (_, n) => named(n)));
  return Array.isArray(lines) ? lines.join('\n') : String(lines);
}

/** An argument: each of its fields is the name of the field, and as text it is its number. */
function named(number: number): unknown {
  return new Proxy(
    {},
    { get: (_, field) => (typeof field === 'symbol' ? () => `‹${number}›` : `‹${field}›`) },
  );
}

/** The names of the values in a text, in alphabetical order. */
function valuesIn(text: string): string {
  const names = new Set(text.match(/‹[^›]+›/g));
  return [...names].toSorted().join(' ') || 'none';
}
