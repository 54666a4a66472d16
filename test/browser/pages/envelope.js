// A web client of envelope: JSON over HTTP, the session kept in the storage of the page, an error shown only with status 200.

const query = new URLSearchParams(location.search);

/** Where the contract is; by default behind the proxy that serves this page. */
const server = query.get('server') ?? '';

/** What tools that watch a page add to its calls. */
const tooling = query.has('tooling')
  ? {
      'sentry-trace': '12345678901234567890123456789012-1234567890123456-1',
      baggage: 'sentry-environment=production',
      traceparent: '00-12345678901234567890123456789012-1234567890123456-01',
      'x-requested-with': 'XMLHttpRequest',
    }
  : {};

const output = document.querySelector('output');

/** As usual libraries do, it takes another status for a failure and does not look at the body. */
async function call(path, body) {
  const response = await fetch(server + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...tooling },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`Request failed with status code ${response.status}`);
  const answer = await response.json();
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

async function show(work) {
  output.textContent = '';
  try {
    output.textContent = await work();
  } catch (error) {
    output.textContent = error.message;
  }
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { username, password } = Object.fromEntries(new FormData(event.target));
  show(async () => {
    const { user, session, message } = await call('/api/auth/login', { username, password });
    localStorage.setItem('user', user);
    localStorage.setItem('session', session);
    return message;
  });
});

document.querySelector('#logout').addEventListener('click', () =>
  show(async () => {
    const { message } = await call('/api/auth/logout', { session: localStorage.getItem('session') });
    localStorage.removeItem('session');
    return message;
  }),
);
