/** Draws a QR code as a picture in the page, so that its content is in no address and in no other request. */

import { drawQrCode } from '../../http/qr-code.ts';
import { type Html, html } from './html.ts';

/** The side of a module, in CSS pixels: a phone reads it from a screen at arm's length. */
const modulePixels = 5;

/**
 * Dark on light in every colour scheme, because many readers know no inverted codes. Colours are attributes of SVG: the
 * policy of the pages forbids styles in elements.
 */
export async function qrCode(content: string, label: string): Promise<Html> {
  const { size, outline } = await drawQrCode(content);
  const side = size * modulePixels;
  return html`<svg class="qr" role="img" aria-label="${label}" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
<path fill="#fff" d="M0 0h${size}v${size}H0z"/>
<path fill="#000" d="${outline}"/>
</svg>
`;
}
