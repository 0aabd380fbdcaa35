// Changes, behind the token.

const KEY = "vipgate-token";

let token = read();

/** Storage can be forbidden; the token then lives as long as the page. */
function read() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function hasToken() {
  return token !== null;
}

export function setToken(value) {
  token = value;
  try {
    if (value === null) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, value);
    }
  } catch {
    // See read().
  }
  document.dispatchEvent(new Event("token"));
}

/** Takes the token out of `#token=…`, which no server is ever sent, and cleans the address. */
export function takeTokenFromAddress() {
  const found = /^#token=([\x21-\x7e]+)$/.exec(location.hash);
  if (found) {
    history.replaceState(null, "", location.pathname);
    setToken(found[1]);
  }
}

/** Calls; answers `{ status, body }`, with status 0 when there was no answer. */
export async function call(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (token !== null) {
    headers.Authorization = `Bearer ${token}`;
  }
  try {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15000) });
    return { status: answer.status, body: await answer.json() };
  } catch (e) {
    return { status: 0, body: { error: `no answer (${e.message})` } };
  }
}

/** What is to be said about an answer that is no success. */
export function problem({ status, body }) {
  const details = (body.details ?? []).join("; ");
  return `${status === 0 ? "" : `${status}: `}${body.error}${details ? `: ${details}` : ""}`;
}
