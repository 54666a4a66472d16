/** Draws a QR code (ISO/IEC 18004) as a picture in the page, so that its content is in no address and in no other request. */

import { type Html, html } from './html.ts';

/** The light border that readers need, in modules (section 6.3.8 of the standard). */
const quietModules = 4;

/** The side of a module, in CSS pixels: a phone reads it from a screen at arm's length. */
const modulePixels = 5;

/**
 * Dark on light in every colour scheme, because many readers know no inverted codes. Colours are attributes of SVG: the
 * policy of the pages forbids styles in elements. A tenth of the picture may be hidden (level M).
 */
export async function qrCode(content: string, label: string): Promise<Html> {
  const { encode } = await import('uqr');
  const { data, size } = encode(content, { ecc: 'M', border: quietModules });
  const side = size * modulePixels;
  return html`<svg class="qr" role="img" aria-label="${label}" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
<path fill="#fff" d="M0 0h${size}v${size}H0z"/>
<path fill="#000" d="${outline(data)}"/>
</svg>
`;
}

/** A rectangle for each run of dark modules in a row. */
function outline(rows: readonly (readonly boolean[])[]): string {
  const runs = rows.flatMap((row, y) =>
    [
      ...row
        .map((isDark) => (isDark ? '1' : '0'))
        .join('')
        .matchAll(/1+/g),
    ].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`),
  );
  return runs.join('');
}
