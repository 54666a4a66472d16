/** Firefox, where this machine has it: started without a way to the outside, and driven over WebDriver BiDi. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../server.ts';
import type { AtEnd } from './chromium.ts';

/** A busy machine takes its time; what takes longer has failed, in milliseconds. */
const startMs = 40_000;
const stepMs = 15_000;

const places = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** The path of the browser; undefined if this machine has none. */
export const firefox = (process.env['FIREFOX'] ? [process.env['FIREFOX']] : places).find(
  (path) => spawnSync(path, ['--version'], { timeout: startMs }).status === 0,
);

const advice = 'install the package "firefox-esr", or name the program in FIREFOX';

/** What the tests run in, and what to do where it is missing. */
export const inFirefox = firefox ? 'in Firefox' : `in Firefox, which this machine does not have: ${advice}`;

if (!firefox) process.stderr.write(`The tests in Firefox are skipped: ${advice}.\n`);

/** Nothing is asked of other machines. */
const preferences = `
user_pref('app.normandy.enabled', false);
user_pref('app.update.enabled', false);
user_pref('browser.safebrowsing.malware.enabled', false);
user_pref('browser.safebrowsing.phishing.enabled', false);
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('extensions.update.enabled', false);
user_pref('intl.accept_languages', 'en-GB, en');
user_pref('network.captive-portal-service.enabled', false);
user_pref('network.connectivity-service.enabled', false);
user_pref('services.settings.server', 'data:,');
user_pref('toolkit.telemetry.enabled', false);
`;

type Answer = Readonly<Record<string, unknown>>;

export interface Firefox {
  /** Opens a tab; a new container has no cookie of the others. */
  open(): Promise<FirefoxTab>;
  /** Errors and warnings of the pages. */
  readonly flaws: readonly string[];
}

/**
 * Starts the browser. It is driven over the protocol itself (W3C, "WebDriver BiDi"), because Playwright sends commands that an
 * extended support release does not have.
 */
export async function launchFirefox(atEnd: AtEnd): Promise<Firefox> {
  const profile = temporaryFolder(atEnd);
  writeFileSync(join(profile, 'user.js'), preferences);
  const child = spawn(
    firefox ?? '',
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
    { env: { PATH: process.env['PATH'], HOME: profile }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  atEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const address = await until(
    () => /WebDriver BiDi listening on (\S+)/.exec(said)?.[1],
    'Firefox listens',
    startMs,
  );
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  const flaws: string[] = [];
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Answer;
    waiting.get(Number(message['id']))?.(message);
    const { level, text } = (message['params'] ?? {}) as Answer;
    if (message['method'] === 'log.entryAdded' && (level === 'error' || level === 'warn'))
      flaws.push(String(text));
  });
  let last = 0;
  const send: Send = async (method, params) => {
    last += 1;
    const id = last;
    const answering = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answering;
    waiting.delete(id);
    if (answer['type'] === 'error') throw new Error(`${method}: ${answer['message']}`);
    return answer['result'] as Answer;
  };
  await send('session.new', { capabilities: {} });
  await send('session.subscribe', { events: ['log.entryAdded'] });
  return {
    flaws,
    async open() {
      const { userContext } = await send('browser.createUserContext', {});
      const { context } = await send('browsingContext.create', { type: 'tab', userContext });
      return new FirefoxTab(send, String(context));
    },
  };
}

type Send = (method: string, params: object) => Promise<Answer>;

/** A tab, operated with a pointer and a keyboard as a person does. */
export class FirefoxTab {
  readonly #send: Send;
  readonly #context: string;

  constructor(send: Send, context: string) {
    this.#send = send;
    this.#context = context;
  }

  async goto(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /** The value of an expression in the page, a text. */
  async read(expression: string): Promise<string> {
    const { result } = await this.#send('script.evaluate', {
      expression: `String(${expression})`,
      target: { context: this.#context },
      awaitPromise: false,
    });
    return String((result as Answer)['value']);
  }

  /** Waits until the address is this one and the page is complete. */
  async arrive(url: string): Promise<void> {
    const state = `document.readyState + ' ' + location.href`;
    let last = '';
    const isThere = async () => {
      // While a page is replaced by another there is none to ask.
      last = await this.read(state).catch(String);
      return last === `complete ${url}`;
    };
    await until(isThere, `the page ${url} is complete`, stepMs).catch((error: Error) => {
      throw new Error(`${error.message}; it was ${last}`);
    });
  }

  /** Types into the first field of a name. */
  async type(name: string, text: string): Promise<void> {
    await this.press(`input[name="${name}"]`);
    const keys = [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.#perform({ type: 'key', id: 'keyboard', actions: keys });
  }

  /** Presses the first element that a selector names. */
  async press(selector: string): Promise<void> {
    const { nodes } = await this.#send('browsingContext.locateNodes', {
      context: this.#context,
      locator: { type: 'css', value: selector },
      maxNodeCount: 1,
    });
    const [node] = nodes as readonly Answer[];
    if (!node) throw new Error(`There is no ${selector} on the page.`);
    await this.read(
      `document.querySelector(${JSON.stringify(selector)}).scrollIntoView({ block: 'center' })`,
    );
    const origin = { type: 'element', element: { sharedId: node['sharedId'] } };
    await this.#perform({
      type: 'pointer',
      id: 'pointer',
      actions: [
        { type: 'pointerMove', x: 0, y: 0, origin },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ],
    });
  }

  async #perform(action: object): Promise<void> {
    await this.#send('input.performActions', { context: this.#context, actions: [action] });
  }
}

/** Looks again and again until there is something. */
async function until<Thing>(
  look: () => Thing | Promise<Thing>,
  what: string,
  patienceMs: number,
): Promise<NonNullable<Thing>> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found) return found as NonNullable<Thing>;
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}`);
    await sleep(20);
  }
}
