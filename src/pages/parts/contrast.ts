/** Derives colours that can be read from the accent colour of the settings (WCAG 2.2, success criteria 1.4.3 and 1.4.11). */

/** Red, green and blue from 0 to 255. */
type Colour = readonly [number, number, number];

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];

/** The contrast of text at any size, which is also enough for outlines. */
const minContrast = 4.5;

/** The accent colour in its three uses. */
export interface Accent {
  /** Behind the text of a button. */
  readonly fill: string;
  /** The text of a button: black or white, one of which always has a contrast of 4.5 or more. */
  readonly onFill: string;
  /** Links and outlines on the background. */
  readonly text: string;
}

/** The accent on a background: as it is, or mixed with black or white until it can be read there. */
export function accentOn(accent: string, background: string): Accent {
  const colour = parse(accent);
  const behind = parse(background);
  const towards = luminance(behind) > 0.5 ? black : white;
  return {
    fill: accent,
    onFill: hex(contrast(colour, white) >= contrast(colour, black) ? white : black),
    text: hex(readable(colour, behind, towards)),
  };
}

/** Mixed in steps of a twentieth; the last step is black or white. */
function readable(colour: Colour, behind: Colour, towards: Colour): Colour {
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(colour, towards, part);
    if (contrast(mixed, behind) >= minContrast) return mixed;
  }
  return towards;
}

function mix(from: Colour, to: Colour, part: number): Colour {
  const between = (a: number, b: number) => Math.round(a + (b - a) * part);
  return [between(from[0], to[0]), between(from[1], to[1]), between(from[2], to[2])];
}

/** From 1 to 21 (WCAG 2.2, "contrast ratio"). */
function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** From 0 to 1 (WCAG 2.2, "relative luminance"). */
function luminance([red, green, blue]: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function parse(text: string): Colour {
  const channel = (at: number) => Number.parseInt(text.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

function hex(colour: Colour): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
