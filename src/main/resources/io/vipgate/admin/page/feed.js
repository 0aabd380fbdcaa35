// What the gateway says, second by second: by a stream of events, or by asking where there is no room for another stream.

const PATIENCE_MILLIS = 5000;

const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

/** A tab that nobody sees asks for nothing. */
function visible() {
  return new Promise(done => {
    const look = () => {
      if (!document.hidden) {
        document.removeEventListener("visibilitychange", look);
        done();
      }
    };
    document.addEventListener("visibilitychange", look);
    look();
  });
}

/** Follows one stream to its end; tells whether it has said anything. */
function stream(history, onStatus) {
  return new Promise(done => {
    let hasSpoken = false;
    let silence;
    const source = new EventSource(`/api/v1/stream?since=${history.newest()}`);
    const end = () => {
      clearTimeout(silence);
      document.removeEventListener("visibilitychange", end);
      source.close();
      done(hasSpoken);
    };
    // Where packets vanish nobody reports an error.
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(end, PATIENCE_MILLIS);
    };
    source.addEventListener("history", event => {
      listen();
      history.add(JSON.parse(event.data));
    });
    source.addEventListener("status", event => {
      listen();
      hasSpoken = true;
      onStatus(JSON.parse(event.data));
    });
    // Every stream ends after some seconds; the next one begins where it ended.
    source.addEventListener("error", end);
    document.addEventListener("visibilitychange", end);
    listen();
  });
}

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MILLIS) });
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer.json();
}

async function poll(history, onStatus) {
  try {
    history.add(await ask(`/api/v1/history?since=${history.newest()}`));
    onStatus(await ask("/api/v1/status"));
  } catch {
    // Silence is told by the page when it lasts.
  }
}

/** Never ends. */
export async function follow(history, onStatus) {
  for (;;) {
    await visible();
    if (await stream(history, onStatus)) {
      await pause(100);
    } else {
      await poll(history, onStatus);
      await pause(1000);
    }
  }
}
