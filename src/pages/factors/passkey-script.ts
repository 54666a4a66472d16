/** The script with which pages use passkeys, and its file. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Route } from '../../http/contract.ts';
import { type KeptFile, keptFile } from '../parts/page-files.ts';

/**
 * A button `data-passkey="sign-in"` (or `second-step`, `confirm`, `register`) is hidden until the script finds that the browser
 * has passkeys; so is every element with `data-passkey-part`, and those with `data-passkey-missing` are hidden then. `data-options`
 * is the path of the options, relative to the page. The form of the button has a hidden field `passkey`, which gets the answer
 * of the browser before the form is sent, to `data-action` if the button has that: the answer to it is a page like any other.
 * Other fields of the form are sent along.
 *
 * Errors of the browser are shown in the element `data-passkey-errors` of the form or of the page, with the texts of its
 * attributes `data-cancelled`, `data-known` (the device has a passkey of the account already), `data-domain` and `data-failed`.
 *
 * A button can be pressed again while the browser asks for the passkey, and then asks anew: browsers do not say that an
 * authenticator was unplugged, or that there is none, before the five minutes are over. The element `data-passkey-waiting` of the
 * form is shown for that time.
 *
 * On a page that has a field for the name with `autocomplete="username webauthn"`, the browser offers passkeys there, too. The
 * options of such an offer are asked for anew when the person comes back after four minutes, because they end after five.
 */
const ownScript = `'use strict';
(() => {
  const { browserSupportsWebAuthn, browserSupportsWebAuthnAutofill, startAuthentication, startRegistration } =
    SimpleWebAuthnBrowser;
  if (!browserSupportsWebAuthn()) return;
  const purposes = { 'sign-in': 'login', 'second-step': 'second_step', confirm: 'confirm', register: 'register' };
  let offeredAt = -Infinity;
  // The number of the press that the browser asks for, and whether it does.
  let presses = 0;
  let isAsking = false;
  const texts = {
    NotAllowedError: 'cancelled',
    AbortError: 'cancelled',
    InvalidStateError: 'known',
    SecurityError: 'domain',
  };

  function errorsOf({ form }) {
    return form.querySelector('[data-passkey-errors]') ?? document.querySelector('[data-passkey-errors]');
  }

  function show(button, error) {
    const errors = errorsOf(button);
    if (errors === null) return;
    const { cancelled, known, domain, failed } = errors.dataset;
    const text = { cancelled, known, domain }[texts[error.name]] ?? failed;
    errors.hidden = false;
    errors.textContent = text;
  }

  async function optionsOf(button) {
    const response = await fetch(button.dataset.options, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ for: purposes[button.dataset.passkey] }),
      signal: AbortSignal.timeout(20000),
    });
    if (!response.ok) throw new Error('refused');
    return response.json();
  }

  function send({ form, dataset }, answer) {
    form.elements.passkey.value = JSON.stringify(answer);
    if (dataset.action !== undefined) form.action = dataset.action;
    form.submit();
  }

  /** Asks for the passkey. The library ends what the browser asks for an earlier press. */
  async function use(button) {
    const optionsJSON = await optionsOf(button);
    const ask = button.dataset.passkey === 'register' ? startRegistration : startAuthentication;
    rest(button, true);
    const answer = await ask({ optionsJSON });
    button.disabled = true;
    send(button, answer);
  }

  /** The button takes another press, while the browser asks for the passkey or not. */
  function rest(button, isWaiting) {
    button.disabled = false;
    button.form.querySelector('[data-passkey-waiting]').hidden = !isWaiting;
  }

  for (const part of document.querySelectorAll('[data-passkey-part]')) part.hidden = false;
  for (const part of document.querySelectorAll('[data-passkey-missing]')) part.hidden = true;
  for (const button of document.querySelectorAll('button[data-passkey]')) {
    button.hidden = false;
    // A page that the browser kept comes back as it was left.
    addEventListener('pageshow', () => rest(button, false));
    button.addEventListener('click', async () => {
      presses += 1;
      const press = presses;
      isAsking = true;
      const errors = errorsOf(button);
      if (errors !== null) errors.hidden = true;
      button.disabled = true;
      try {
        await use(button);
      } catch (error) {
        // Another press goes on in place of this one.
        if (press !== presses) return;
        isAsking = false;
        show(button, error);
        rest(button, false);
        // The browser has ended its offer in the field for this.
        offeredAt = -Infinity;
      }
    });
  }

  const signIn = document.querySelector('button[data-passkey="sign-in"]');
  const field = document.querySelector('input[autocomplete$="webauthn"]');
  async function offer() {
    if (isAsking || document.timeline.currentTime - offeredAt < 240000) return;
    offeredAt = document.timeline.currentTime;
    try {
      const optionsJSON = await optionsOf(signIn);
      send(signIn, await startAuthentication({ optionsJSON, useBrowserAutofill: true }));
    } catch {
      // Nothing was asked of the person: there is nothing to tell.
    }
  }

  async function offerInField() {
    if (signIn === null || field === null || !(await browserSupportsWebAuthnAutofill())) return;
    document.addEventListener('visibilitychange', () => document.hidden || offer());
    field.addEventListener('focus', offer);
    await offer();
  }

  offerInField();
})();
`;

export class PasskeyScript {
  /** The name of the file is its digest, which is known once it is read. */
  readonly route: Route = {
    method: 'GET',
    path: '/pages/passkeys/:handle',
    answer: async ({ handle }) => {
      const file = await this.#file();
      return file?.digest === handle ? file.reply : { refused: 'unknown_route' };
    },
  };
  #loading: Promise<KeptFile | undefined> | undefined;

  /**
   * The path of the file, from the root of Gatehouse's paths; `undefined` if `@simplewebauthn/browser`, which is an optional
   * dependency, is not installed. It is read when the first page needs it.
   */
  async path(): Promise<string | undefined> {
    const file = await this.#file();
    return file && `pages/passkeys/${file.digest}`;
  }

  #file(): Promise<KeptFile | undefined> {
    this.#loading ??= read().catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }
}

/** Our own script behind that of the library. */
async function read(): Promise<KeptFile | undefined> {
  const main = entryOf('@simplewebauthn/browser');
  if (main === undefined) return undefined;
  const library = await readFile(join(dirname(main), '..', 'dist', 'bundle', 'index.umd.min.js'), 'utf8');
  return keptFile('text/javascript; charset=utf-8', `${library}\n${ownScript}`);
}

/** The file of an installed package; `undefined` if it is not installed. */
function entryOf(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}
