/** Reads a page as a person sees it: its forms, its links, and its sentences. */

import type { Answer } from './client.ts';

type Headers = Readonly<Record<string, string>>;

export interface Form {
  /** As it is written in the page. */
  readonly action: string;
  /** What would be sent if nothing was filled in. */
  readonly values: Headers;
  /** The names of all fields, also of boxes that are not ticked. */
  readonly names: readonly string[];
}

/** A page as a person sees it. */
export interface Page extends Omit<Answer, 'json'> {
  /** The path and the query under which it was found. */
  readonly at: string;
  readonly forms: readonly Form[];
  /** What links, stylesheets, images and scripts lead to, as it is written. */
  readonly links: readonly string[];
  /** The sentence about what was done; empty if there is none. */
  readonly notice: string;
  /** The sentence about the whole form; empty if there is none. */
  readonly alert: string;
  /** The sentences beside fields, by the ids of the fields. */
  readonly problems: Headers;
  /** The page as text: without elements, and with characters as people see them. */
  readonly words: string;
}

/** The page in an answer to a path. */
export function seen(at: string, { status, headers, text, cookie }: Answer): Page {
  const first = (pattern: RegExp) => unescaped(pattern.exec(text)?.[1] ?? '');
  return {
    status,
    headers,
    text,
    cookie,
    at,
    forms: [...text.matchAll(/<form [^>]*?method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
      ([, action = '', content = '']) => ({ action: unescaped(action), ...fieldsIn(content) }),
    ),
    links: [...text.matchAll(/<[a-z]+ [^>]*?(?:href|src)="([^"]*)"/g)].map(([, link = '']) =>
      unescaped(link),
    ),
    notice: first(/<p class="notice" role="status">(.*?)<\/p>/s),
    alert: first(/<p class="alert" role="alert"[^>]*>(.*?)<\/p>/s),
    problems: Object.fromEntries(
      [...text.matchAll(/<p class="problem" id="([^"]*)-problem">(.*?)<\/p>/gs)].map(
        ([, id = '', sentence = '']) => [id, unescaped(sentence)],
      ),
    ),
    words: unescaped(text.replace(/<head>.*<\/head>/s, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' '),
  };
}

function fieldsIn(content: string): Pick<Form, 'values' | 'names'> {
  const fields = [...content.matchAll(/<input ([^>]*)>/g)].map(([, attributes = '']) => {
    const of = (name: string) =>
      unescaped(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    const isSent = of('type') !== 'checkbox' || / checked/.test(attributes);
    return { name: of('name'), value: of('value'), isSent };
  });
  const named = fields.filter(({ name }) => name !== '');
  return {
    names: named.map(({ name }) => name),
    values: Object.fromEntries(named.filter(({ isSent }) => isSent).map(({ name, value }) => [name, value])),
  };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
