// The two questions that the page asks.

import { call, hasToken, problem, setToken } from "./calls.js";
import { setText } from "./dom.js";

const find = id => document.getElementById(id);

/** Shows a dialog until one of its buttons, or Escape, ends it. */
function show(dialog, isDone) {
  return new Promise(done => {
    const controller = new AbortController();
    const end = value => {
      controller.abort();
      dialog.close();
      done(value);
    };
    const on = (target, type, value) => target.addEventListener(type, event => {
      event.preventDefault();
      end(value());
    }, { signal: controller.signal });
    isDone(on);
    on(dialog, "cancel", () => null);
    dialog.showModal();
  });
}

/** Asks whether to do something that may hurt. */
export function confirm(title, text, verb) {
  setText(find("confirm-title"), title);
  setText(find("confirm-text"), text);
  setText(find("confirm-yes"), verb);
  return show(find("confirm"), on => {
    on(find("confirm-yes"), "click", () => true);
    on(find("confirm-no"), "click", () => null);
  });
}

/** Asks for the token; false if the answer is none. */
async function askToken(message) {
  setText(find("token-message"), message);
  find("token-input").value = "";
  const given = await show(find("token"), on => {
    on(find("token-form"), "submit", () => find("token-input").value.trim());
    on(find("token-no"), "click", () => null);
  });
  find("token-input").value = "";
  if (given) {
    setToken(given);
  }
  return Boolean(given);
}

/** Calls, and asks for the token where it is missing or wrong; null when it was not given. */
export async function ask(method, path, body) {
  if (!hasToken() && !await askToken("")) {
    return null;
  }
  for (;;) {
    const answer = await call(method, path, body);
    if (answer.status === 401) {
      setToken(null);
      if (!await askToken("That is not the token of this gateway.")) {
        return null;
      }
    } else {
      return answer;
    }
  }
}

/** Makes a change, and asks for the token where it is missing or wrong; tells what went wrong, or nothing. */
export async function change(method, path, body) {
  const answer = await ask(method, path, body);
  if (answer === null) {
    return "nothing was changed: it needs the token";
  }
  return answer.status >= 200 && answer.status < 300 ? "" : problem(answer);
}
