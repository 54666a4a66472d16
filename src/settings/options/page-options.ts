/** The options of the table for the pages that people use, and for the language of pages and mails. */

import { languageNames } from '../../messages/language-choice.ts';
import type { SettingRows } from '../setting.ts';
import { choiceOf, oneOf, orUnset } from '../value-parsers.ts';

/** The longest name, in characters: it stands in the title of every page. */
const maxNameCharacters = 60;

/** The longest address of the page after a sign-in, in characters. */
const maxHomeCharacters = 900;

/** In the order of the documentation. */
export const pageOptions = {
  /** `null` if it is unset: on in the server of this program, and off in a program that embeds Gatehouse. */
  pages: {
    env: 'GATEHOUSE_PAGES',
    default: '',
    expects: '`on` or `off`',
    meaning:
      'The pages on which people sign in, register and manage their account. `off`: their paths are unknown paths. Unset: `on`, and `off` where Gatehouse is embedded.',
    read: orUnset(oneOf({ on: true, off: false })),
  },
  pagesName: {
    env: 'GATEHOUSE_PAGES_NAME',
    default: 'Gatehouse',
    expects: `a text of 1 to ${maxNameCharacters} characters without control characters`,
    meaning: 'The name of your service, as the pages show it.',
    read: pageName,
  },
  /** Empty if it is unset. */
  pagesLogo: {
    env: 'GATEHOUSE_PAGES_LOGO',
    default: '',
    expects: 'the path of a file that ends in `.svg`, `.png`, `.jpg`, `.jpeg` or `.webp`',
    meaning: 'The logo that the pages show. It is read at the start. Unset: the logo of Gatehouse.',
    read: fileOf(/\.(?:svg|png|jpe?g|webp)$/i),
  },
  /** In lower case. */
  pagesAccent: {
    env: 'GATEHOUSE_PAGES_ACCENT',
    default: '#2451c4',
    expects: 'a colour such as `#2451c4`',
    meaning: 'The accent colour of the pages, such as that of buttons.',
    read: colour,
    hint: colourHint,
  },
  /** Empty if it is unset. */
  pagesStyle: {
    env: 'GATEHOUSE_PAGES_STYLE',
    default: '',
    expects: 'the path of a file that ends in `.css`',
    meaning:
      'A stylesheet of your own, which the pages load after that of Gatehouse. It is read at the start. Unset: none.',
    read: fileOf(/\.css$/i),
  },
  /** Empty if it is unset. */
  pagesHome: {
    env: 'GATEHOUSE_PAGES_HOME',
    default: '',
    expects: `a path such as \`/app\`, or an address such as \`https://app.example.com/start\` of an origin among \`GATEHOUSE_ALLOWED_ORIGINS\`, of at most ${maxHomeCharacters} characters`,
    meaning:
      'Where people go after they have signed in, unless a page of yours sent them. Unset: the page of their account.',
    read: home,
  },
  language: {
    env: 'GATEHOUSE_LANGUAGE',
    default: 'en',
    ...choiceOf(languageNames),
    meaning:
      'The language of pages and mails for clients whose `Accept-Language` names none that is known, and for mails that no client caused.',
  },
} satisfies SettingRows;

/** One line of text, counted in code points. */
function pageName(text: string): string | undefined {
  const name = text.trim();
  const isLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u.test(name);
  return isLine && [...name].length <= maxNameCharacters ? name : undefined;
}

/** The path of a file by the end of its name; an empty text stays empty. Whether the file is there is seen at the start. */
function fileOf(ending: RegExp) {
  return (text: string): string | undefined =>
    text === '' || (ending.test(text) && !text.includes('\0')) ? text : undefined;
}

function colour(text: string): string | undefined {
  return /^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** The full notation of a colour in its short form, or without its sign. */
function colourHint(text: string): string {
  const [, digits = ''] = /^#?((?:[0-9a-f]{3}){1,2})$/i.exec(text) ?? [];
  if (digits === '') return '';
  const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return `Did you mean #${full.toLowerCase()}?`;
}

/**
 * A path of this origin, or an address of another; an empty text stays empty. Browsers read `//host` and `/\host` as another
 * host, and drop line breaks and tabs, so a path has only visible ASCII characters, and no backslash.
 */
function home(text: string): string | undefined {
  if (text === '') return '';
  if (text.length > maxHomeCharacters || !/^[!-[\]-~]+$/.test(text)) return undefined;
  if (text.startsWith('/')) return text.startsWith('//') ? undefined : text;
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  const { username, password, href } = new URL(text);
  return username || password ? undefined : href;
}
