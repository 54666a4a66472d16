/** The script that takes the token of a link out of the address, and fills it in. */

/**
 * The token stands in the fragment, which browsers send to no server (`#token=…`). It is removed from the address, so that
 * it stays in no history. Nothing is sent: the person presses the button.
 */
export const fragmentScript = `'use strict';
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const field = document.getElementById('code');
if (token !== null && field !== null) {
  history.replaceState(history.state, '', location.pathname + location.search);
  field.value = token;
  document.getElementById('from-link').hidden = false;
  (document.querySelector('[data-after-code]') ?? document.querySelector('button.main')).focus();
}
`;
