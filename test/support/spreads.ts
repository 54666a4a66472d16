/** Finds calls that take a list apart into arguments: from some 120,000 elements on the stack does not hold them. */

import type { Source } from './house.ts';

/** A place where a list is spread into a call, as `path:line`, with the call's name. */
export function spreadsIn({ path, text }: Source): string[] {
  const code = blanked(text);
  return [...code.matchAll(/\.{3}/g)].flatMap(({ index }) => {
    const open = openingBefore(code, index);
    if (open === undefined || code[open] !== '(') return [];
    const name = /([\w$.#?]+)\??\.?\s*(?:<[^<>()]*>)?$/.exec(code.slice(0, open))?.[1];
    // Without a name before it, a parenthesis opens the parameters of an arrow function.
    if (name === undefined || isParameter(code, open) || isLiteral(code, index)) return [];
    return [`${path}:${code.slice(0, index).split('\n').length} ${name}`];
  });
}

/** The code with the insides of comments, strings and regular expressions made blank, so that brackets are brackets. */
function blanked(text: string): string {
  const blank = (found: string) => found.replace(/[^\n]/g, ' ');
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<=[(,=:[!&|?]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/g,
    blank,
  );
}

/** Where the innermost bracket opens that is still open at a place. */
function openingBefore(code: string, place: number): number | undefined {
  let depth = 0;
  for (let i = place - 1; i >= 0; i -= 1) {
    const character = code.charAt(i);
    if (')]}'.includes(character)) depth += 1;
    else if ('([{'.includes(character)) {
      if (depth === 0) return i;
      depth -= 1;
    }
  }
  return undefined;
}

/** Whether a parenthesis holds parameters: a body, a type or an arrow follows it. */
function isParameter(code: string, open: number): boolean {
  return /^\s*(?:=>|\{|:)/.test(code.slice(closingAfter(code, open) + 1));
}

/** Whether what is spread is written there, element by element. */
function isLiteral(code: string, dots: number): boolean {
  const rest = code.slice(dots + 3);
  return /^\s*\[/.test(rest) && /^\s*[,)]/.test(rest.slice(closingAfter(rest, rest.indexOf('[')) + 1));
}

function closingAfter(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i += 1) {
    const character = code.charAt(i);
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return i;
  }
  return code.length;
}
