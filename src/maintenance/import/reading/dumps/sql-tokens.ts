/** Cuts the lines of a PostgreSQL dump into tokens, one line after another, with bounded memory. */

import { type Line, maxLineBytes } from '../lines.ts';

/** A part of a statement. */
export interface SqlToken {
  /** `word` is a keyword, a number or a name in lower case; `name` a quoted name, `text` a string, `mark` one character. */
  readonly kind: 'word' | 'name' | 'text' | 'mark';
  readonly text: string;
  /** The token is longer than is read; its text is not all. */
  readonly isCut: boolean;
  /** There is U+FFFD in place of what is not UTF-8. */
  readonly isBroken: boolean;
}

/** What a line may end in the middle of. */
interface Open {
  readonly kind: 'name' | 'text' | 'escaped' | 'dollar' | 'comment';
  /** What ends it. */
  readonly end: string;
  /** The line on which it began. */
  readonly line: number;
  depth: number;
}

const space = /\s+/y;
const names = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff$]*/y;
const numbers = /[+-]?(?:\d[\d.]*|\.\d+)(?:[Ee][+-]?\d+)?/y;
const dollar = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const escapes = /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([\s\S]))/y;
const stops = /['\\]/g;
const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * The lexer of PostgreSQL as far as dumps need it: comments, quoted names, strings with doubled quotes, `E''` with
 * backslashes, and strings between dollars. A token is kept to `maxLineBytes` characters.
 */
export class SqlLexer {
  #open: Open | undefined;
  #text = '';
  #isCut = false;
  #isBroken = false;
  #isLineBroken = false;

  /** The line on which the string, name or comment began that is still open. */
  get openSince(): number | undefined {
    return this.#open?.line;
  }

  /** The tokens that end on a line. */
  *tokens({ text: line, ending, number, isBroken }: Line): Generator<SqlToken> {
    this.#isLineBroken = isBroken;
    let at = 0;
    while (at < line.length) {
      if (this.#open !== undefined) {
        at = this.#goOn(this.#open, line, at);
        const done = this.#done();
        if (done) yield done;
        continue;
      }
      const blank = match(space, line, at);
      if (blank !== undefined) at += blank.length;
      else if (line.startsWith('--', at)) return;
      else {
        const [token, next] = this.#start(line, at, number);
        if (token) yield token;
        at = next;
      }
    }
    if (this.#open !== undefined) this.#keep(ending);
  }

  /** Begins a token: a whole one, or none yet, and where to go on. */
  #start(line: string, at: number, number: number): [SqlToken | undefined, number] {
    const open = (kind: Open['kind'], end: string, length: number): [undefined, number] => {
      this.#open = { kind, end, line: number, depth: 1 };
      this.#text = '';
      this.#isCut = false;
      this.#isBroken = false;
      return [undefined, at + length];
    };
    if (line[at] === '"') return open('name', '"', 1);
    if (line[at] === "'") return open('text', "'", 1);
    if (/^[Ee]'/.test(line.slice(at, at + 2))) return open('escaped', "'", 2);
    if (line.startsWith('/*', at)) return open('comment', '*/', 2);
    const tag = match(dollar, line, at);
    if (tag !== undefined) return open('dollar', tag, tag.length);
    const found = match(names, line, at) ?? match(numbers, line, at);
    const text = found?.toLowerCase() ?? line.slice(at, at + 1);
    const kind = found === undefined ? 'mark' : 'word';
    return [{ kind, text, isCut: false, isBroken: this.#hasBroken(text) }, at + text.length];
  }

  #hasBroken(text: string): boolean {
    return this.#isLineBroken && text.includes('\ufffd');
  }

  /** Reads on in what is open; where to go on. */
  #goOn(open: Open, line: string, at: number): number {
    if (open.kind === 'comment') return this.#comment(open, line, at);
    const end = open.kind === 'escaped' ? indexOfStop(line, at) : line.indexOf(open.end, at);
    if (line[end] === '\\' && open.kind === 'escaped') {
      this.#keep(line.slice(at, end));
      return this.#escape(line, end);
    }
    this.#keep(line.slice(at, end < 0 ? line.length : end));
    if (end < 0) return line.length;
    const next = end + open.end.length;
    if (open.kind !== 'dollar' && line[next] === open.end) {
      this.#keep(open.end);
      return next + 1;
    }
    open.depth = 0;
    return next;
  }

  #escape(line: string, at: number): number {
    escapes.lastIndex = at;
    const found = escapes.exec(line);
    // A backslash at the end of a line is before its line feed.
    if (!found) return at + 1;
    const [all, octal, hex, short, long, other = ''] = found;
    const code = Number.parseInt(octal ?? hex ?? short ?? long ?? '', octal === undefined ? 16 : 8);
    if (Number.isNaN(code)) this.#keep(letters[other] ?? other);
    else this.#keep(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
    return at + all.length;
  }

  /** Comments nest. */
  #comment(open: Open, line: string, at: number): number {
    const found = /\/\*|\*\//.exec(line.slice(at));
    if (!found) return line.length;
    open.depth += found[0] === '/*' ? 1 : -1;
    return at + found.index + 2;
  }

  #done(): SqlToken | undefined {
    const open = this.#open;
    if (open === undefined || open.depth > 0) return undefined;
    this.#open = undefined;
    if (open.kind === 'comment') return undefined;
    const token = {
      kind: open.kind === 'name' ? 'name' : 'text',
      text: this.#text,
      isCut: this.#isCut,
      isBroken: this.#isBroken,
    } as const;
    this.#text = '';
    return token;
  }

  #keep(part: string): void {
    if (this.#open?.kind === 'comment') return;
    this.#isBroken ||= this.#hasBroken(part);
    if (this.#isCut) return;
    if (this.#text.length + part.length > maxLineBytes) {
      this.#isCut = true;
      this.#text = '';
    } else this.#text += part;
  }
}

/** Where a string with backslashes ends or has one; a search for either alone would read the whole line each time. */
function indexOfStop(line: string, at: number): number {
  stops.lastIndex = at;
  return stops.exec(line)?.index ?? -1;
}

function match(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}

/** A literal with or without a cast or a type before it; `undefined` for an expression. */
export function literalOf([first, second, third]: readonly SqlToken[]): string | null | undefined {
  if (first === undefined) return undefined;
  if (first.kind === 'word' && second?.kind === 'text') return third === undefined ? second.text : undefined;
  if (second !== undefined && !isMark(second, ':')) return undefined;
  if (first.kind === 'text') return first.text;
  if (first.kind !== 'word') return undefined;
  if (first.text === 'null') return null;
  return /^(?:true|false|[+-]?[\d.].*)$/.test(first.text) ? first.text : undefined;
}

export function isMark(token: SqlToken, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark;
}

export function isWord(token: SqlToken, word: string): boolean {
  return token.kind === 'word' && token.text === word;
}

export function isName(token: SqlToken): boolean {
  return token.kind === 'word' || token.kind === 'name';
}
