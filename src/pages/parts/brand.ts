/** How the pages look: the name, the logo, the accent colour and the stylesheets of the settings. */

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Route } from '../../http/contract.ts';
import { UnusableSettings } from '../../settings/read-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { type PageFile, pageFile } from './page-files.ts';
import { styleWith } from './style.ts';

/** The largest files of an operator, in bytes. */
export const maxLogoBytes = 256 * 1_024;
export const maxStyleBytes = 64 * 1_024;

/** Paths are relative to the root of Gatehouse's paths. */
export interface Brand {
  readonly name: string;
  readonly logo: string;
  /** Our own stylesheet, and after it that of the operator. */
  readonly styles: readonly string[];
  readonly routes: readonly Route[];
}

const logoTypes: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
};

const ownLogo = (accent: string) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="11" fill="${accent}"/>
<path d="M11 39V22a13 13 0 0 1 26 0v17h-6V22a7 7 0 0 0-14 0v17z" fill="#fff"/>
<path d="M22 27h4v12h-4z" fill="#fff" opacity=".7"/>
</svg>
`;

type BrandSettings = Pick<Settings, 'pagesName' | 'pagesLogo' | 'pagesAccent' | 'pagesStyle'>;

/**
 * Reads the files of the settings once, at the start.
 *
 * @throws {UnusableSettings} naming every file that is missing or too large.
 */
export function readBrand({ pagesName, pagesLogo, pagesAccent, pagesStyle }: BrandSettings): Brand {
  const problems: string[] = [];
  const read = (env: string, path: string, maxBytes: number) => {
    const outcome = readFile(env, path, maxBytes);
    if (typeof outcome === 'string') problems.push(outcome);
    return typeof outcome === 'string' ? new Uint8Array() : outcome;
  };
  const logo = pagesLogo === '' ? undefined : read('GATEHOUSE_PAGES_LOGO', pagesLogo, maxLogoBytes);
  const style = pagesStyle === '' ? undefined : read('GATEHOUSE_PAGES_STYLE', pagesStyle, maxStyleBytes);
  if (problems.length > 0) throw new UnusableSettings(problems);
  const logoFile = logo
    ? logoOf(pagesLogo, logo)
    : pageFile('icon', 'svg', 'image/svg+xml', ownLogo(pagesAccent));
  const styles = [
    pageFile('style', 'css', 'text/css; charset=utf-8', styleWith(pagesAccent)),
    ...(style ? [pageFile('own', 'css', 'text/css; charset=utf-8', style)] : []),
  ];
  return {
    name: pagesName,
    logo: logoFile.path,
    styles: styles.map(({ path }) => path),
    routes: [logoFile, ...styles].map(({ route }) => route),
  };
}

function logoOf(path: string, content: Uint8Array<ArrayBuffer>): PageFile {
  const extension = extname(path).toLowerCase();
  return pageFile('logo', extension.slice(1), logoTypes[extension] ?? 'application/octet-stream', content);
}

/** The content of a file, or the problem with it. */
function readFile(env: string, path: string, maxBytes: number): Uint8Array<ArrayBuffer> | string {
  try {
    const content = new Uint8Array(readFileSync(path));
    if (content.byteLength <= maxBytes) return content;
    return `${env} names a file of ${content.byteLength} bytes; ${maxBytes} are the most.`;
  } catch (error) {
    return `${env} names a file that cannot be read: ${(error as Error).message}.`;
  }
}
