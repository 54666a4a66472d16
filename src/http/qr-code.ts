/** Draws a QR code (ISO/IEC 18004) as SVG. */

/** The light border that readers need, in modules (section 6.3.8 of the standard). */
const quietModules = 4;

/** The side of a code in modules, border included, and the outline of its dark modules as the data of an SVG path. */
export interface QrDrawing {
  readonly size: number;
  readonly outline: string;
}

/**
 * One mask for all codes. To judge which of the eight looks best (section 7.8 of the standard) takes nine tenths of the time, in
 * which no session is checked. Secrets are random: they leave no large areas of one colour under any mask.
 */
const maskPattern = 3;

/** A tenth of the picture may be hidden (level M). */
export async function drawQrCode(content: string): Promise<QrDrawing> {
  const { encode } = await import('uqr');
  const { data, size } = encode(content, { ecc: 'M', border: quietModules, maskPattern });
  return { size, outline: data.map(outlineOf).join('') };
}

/** A picture of its own, dark on light in every colour scheme, because many readers know no inverted codes. */
export async function qrSvg(content: string): Promise<string> {
  const { size, outline } = await drawQrCode(content);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${outline}"/></svg>`
  );
}

/** A rectangle for each run of dark modules in a row. */
function outlineOf(row: readonly boolean[], y: number): string {
  const modules = row.map((isDark) => (isDark ? '1' : '0')).join('');
  return [...modules.matchAll(/1+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
    .join('');
}
