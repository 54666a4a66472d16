// The service worker of the extension: does for the popup what a button says.

import { act } from './client.js';

chrome.runtime.onMessage.addListener(({ name, form }, _sender, respond) => {
  act(name, form).then(respond);
  return true;
});
