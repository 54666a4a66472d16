/** The transcripts of the documentation: commands with what they print. */

/** A command of a transcript, and what it prints. */
export interface Console {
  readonly command: string;
  readonly output: string;
}

/** The commands of a text, in order. */
export function consoles(text: string): Console[] {
  return [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = ''] = /^(?:.*\\\n)*.*/.exec(text) ?? [];
        return { command, output: text.slice(command.length).trim() };
      }),
  );
}

/** What differs from one run to the next: UUIDs, hashes, session ids, handles, instants with and without a zone. */
export const varying = new RegExp(
  [
    /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/,
    /\b[0-9a-f]{64}\b/,
    /\b[a-z0-9]{26}\b/,
    /\b[a-z0-9]{16}\b/,
    /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d\[[^\]]+\])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Names what varies by its kind, so that a handle is not taken for an instant. */
export function masked(text: string): string {
  return text.replace(varying, (match) => {
    if (/[T ]/.test(match)) return match.endsWith('Z') ? '<instant>' : '<zoned>';
    return `<${match.length} characters>`;
  });
}
