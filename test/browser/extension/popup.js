// The popup of the extension: calls the server itself, or lets the service worker call it.

import { act } from './client.js';

const output = document.querySelector('output');

for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', async () => {
    output.textContent = '';
    const form = Object.fromEntries(new FormData(document.querySelector('form')));
    const name = button.textContent;
    const answer = form.worker ? await chrome.runtime.sendMessage({ name, form }) : await act(name, form);
    output.textContent = JSON.stringify(answer);
  });
}
