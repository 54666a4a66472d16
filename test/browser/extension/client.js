// A client of rest in an extension: the session id is kept in the storage of the extension and sent in X-Session-Id.

const headers = { 'Content-Type': 'application/json' };

/** With `cookies` the browser's cookie carries the session instead, if the browser sends it. */
async function call({ server, cookies }, method, path, body) {
  const { id } = await chrome.storage.local.get('id');
  const carrier = cookies || id === undefined ? {} : { 'X-Session-Id': id };
  const response = await fetch(server + path, {
    method,
    headers: { ...(body && headers), ...carrier },
    credentials: cookies ? 'include' : 'omit',
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === '' ? undefined : JSON.parse(text);
  if (json?.session_id) await chrome.storage.local.set({ id: json.session_id });
  return { status: response.status, json };
}

const actions = {
  // The form has the password twice, and sends what it has.
  Register: (form) => {
    const { email, password, confirmPassword } = form;
    return call(form, 'POST', '/auth/register', { email, password, confirmPassword });
  },
  'Log in': (form) => {
    const { email, password } = form;
    return call(form, 'POST', '/auth/login', { email, password });
  },
  Check: (form) => call(form, 'GET', '/auth/session'),
  'Log out': (form) => call(form, 'POST', '/auth/logout'),
};

/** Does what a button says and resolves with the status and the body, or with what the browser said. */
export async function act(name, form) {
  try {
    return await actions[name](form);
  } catch (error) {
    return { refused: String(error) };
  }
}
