/** Writes HTML from templates whose values are escaped. */

/** HTML that is safe to send: text from outside is escaped in it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of a template: text is escaped, HTML is not, and the items of a list stand one after another. */
type Value = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template for elements and for attribute values in quotes. Not for scripts, styles or attributes without quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const texts = values.map((value, i) => `${textOf(value)}${parts[i + 1]}`);
  return new Html(`${parts[0]}${texts.join('')}`);
}

function textOf(value: Value): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(({ text }: Html) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => entities[character] as string);
}
