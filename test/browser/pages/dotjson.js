// A JavaScript client of dotjson: it goes by the status alone, and carries the session in `?s=` or in a cookie.

const output = document.querySelector('output');
let id;

async function call(path, body, options = {}) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...options,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const field = (name) => document.querySelector(`[name="${name}"]`).value;
const account = () => ({ username: field('username'), password: field('password') });

const actions = {
  Register: async () => `Registered ${(await call('/register.json', account())).username}`,
  'Log in': async () => {
    id = (await call('/login.json', account())).id;
    return `Logged in: ${id}`;
  },
  // The cookie of the answer is left alone; the script writes one of the name it knows.
  'Log in and keep the session': async () => {
    id = (await call('/login.json', account(), { credentials: 'omit' })).id;
    // biome-ignore lint/suspicious/noDocumentCookie: clients of the contract do this.
    document.cookie = `session=${id}; path=/`;
    return `Logged in: ${id}`;
  },
  'Log out': async () => `Logged out: ${(await call('/logout.json', {})).success}`,
  'Log out by id': async () => `Logged out: ${(await call(`/logout.json?s=${id}`, {})).success}`,
};

for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', async () => {
    output.textContent = '';
    try {
      output.textContent = await actions[button.textContent]();
    } catch (error) {
      output.textContent = `Failed: ${error.message}`;
    }
  });
}
