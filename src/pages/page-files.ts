/** The files that pages load: the stylesheet and the icon, under names that change with their content. */

import { digest } from '../crypto/ids.ts';
import type { Route } from '../http/contract.ts';
import type { ReplyHeaders } from '../http/reply.ts';
import { style } from './style.ts';

/** Names change with the content, so that browsers and caches may keep a file for a year (ruling G12). */
export const keptForAYear = { 'cache-control': 'public, max-age=31536000, immutable' };

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="11" fill="#2451c4"/>
<path d="M11 39V22a13 13 0 0 1 26 0v17h-6V22a7 7 0 0 0-14 0v17z" fill="#fff"/>
<path d="M22 27h4v12h-4z" fill="#fff" opacity=".7"/>
</svg>
`;

/** The paths of the files, relative to a page at the root of Gatehouse's paths. */
export const stylePath = nameOf('style', 'css', style);
export const iconPath = nameOf('icon', 'svg', icon);

/** The routes of the files. */
export const fileRoutes: readonly Route[] = [
  fileRoute(stylePath, 'text/css; charset=utf-8', style),
  fileRoute(iconPath, 'image/svg+xml', icon),
];

function nameOf(name: string, extension: string, content: string): string {
  return `pages/${name}-${digest(content).slice(0, 12)}.${extension}`;
}

function fileRoute(path: string, type: string, body: string): Route {
  const headers: ReplyHeaders = {
    ...keptForAYear,
    'content-type': type,
    'content-length': String(Buffer.byteLength(body)),
  };
  return { method: 'GET', path: `/${path}`, answer: () => ({ status: 200, body, headers }) };
}
