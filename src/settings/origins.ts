/** Validates the origins that may call from a browser (ruling W2). */

/**
 * Origins that are not HTTP, as a browser writes them: extensions of Chromium, whose id has 32 letters from a to p, and
 * applications in a web view of Capacitor or Tauri.
 */
const otherOrigin =
  /^(?:chrome-extension:\/\/[a-p]{32}|(?:capacitor|tauri):\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

/** Whether a text is an origin that can be allowed, exactly as a browser writes it (RFC 6454, section 6.2). */
export function isOrigin(text: string): boolean {
  if (!/^https?:\/\/[^*]+$/.test(text)) return otherOrigin.test(text);
  return URL.canParse(text) && new URL(text).origin === text;
}

/** The correction of an origin, or the reason why it cannot be allowed; empty if neither is known. */
export function originHint(text: string): string {
  if (text === '' || isOrigin(text)) return '';
  if (text.includes('*')) return 'There are no wildcards: list every origin.';
  if (text === 'null') return 'Pages without an origin (null) cannot be allowed.';
  if (/^moz-extension:/i.test(text))
    return 'The id in moz-extension:// differs on every installation: give the extension host permissions, which need no entry.';
  const meant = corrected(text);
  return meant !== undefined && isOrigin(meant) ? `Did you mean ${meant}?` : '';
}

function corrected(text: string): string | undefined {
  // A user before the host may include a password, which must not be repeated.
  if (text.includes('@')) return undefined;
  if (/^(?:chrome-extension|capacitor|tauri):\/\//i.test(text))
    return /^[a-z-]+:\/\/[^/]*/.exec(text.toLowerCase())?.[0];
  const isNamed = /^https?:\/\//i.test(text);
  if (!isNamed && !/^[\w.-]+(?::\d+)?(?:\/|$)/.test(text)) return undefined;
  const scheme = /^(?:localhost|127\.)/i.test(text) ? 'http' : 'https';
  const url = isNamed ? text : `${scheme}://${text}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
