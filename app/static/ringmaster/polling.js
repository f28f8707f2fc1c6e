// Asks an address again and again, for what a page keeps fresh; and keeps the counter of alarms fresh on every page.
//
// keepAsking({address, seconds, take, say}) gives each answer that is new to take(response), and tells say(since) how
// it stands: null while answers come, else the time of the last one. A hidden page asks nothing, and asks at once when
// it is seen again. While the server does not answer, the pauses grow to a minute. Each pause is a little longer or
// shorter, so that many pages do not ask at the same moment. Each tells whether somebody uses the page (session.js).

const LONGEST_PAUSE = 60;
const LONGEST_WAIT = 20000;
const COUNTER_SECONDS = 20;

function keepAsking({ address, seconds, take, say = () => {}, asOf = null, accept = "text/html" }) {
  let etag = null;
  let answeredAt = new Date();
  let failures = 0;
  let timer = 0;
  let isAsking = false;

  function pause(told = 0) {
    clearTimeout(timer);
    const usual = Math.min(seconds * 2 ** failures, Math.max(seconds, LONGEST_PAUSE));
    timer = setTimeout(ask, Math.max(usual * (0.9 + Math.random() / 5), told) * 1000);
  }

  async function ask() {
    if (document.hidden || isAsking) return;
    isAsking = true;
    let told = 0;
    try {
      const headers = { Accept: accept, "Ringmaster-Poll": wasUsed() ? "used" : "idle" };
      if (etag) headers["If-None-Match"] = etag;
      if (asOf) headers["Ringmaster-Newer-Than"] = asOf;
      const response = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) });
      // Signed out, or another tenant was chosen in another tab: what this page shows is of no use.
      const scope = response.headers.get("Ringmaster-Scope");
      if (response.redirected || (scope && scope !== document.body.dataset.scope)) return location.reload();
      told = Number(response.headers.get("Retry-After")) || 0;
      if (!response.ok && response.status !== 304) throw new Error(String(response.status));
      asOf = response.headers.get("Ringmaster-As-Of") ?? asOf;
      if (response.ok) {
        etag = response.headers.get("ETag");
        if ((await take(response)) === false) return;
      } else {
        take(null);
      }
      failures = 0;
      answeredAt = new Date();
      say(null);
    } catch {
      failures += 1;
      say(answeredAt);
    } finally {
      isAsking = false;
    }
    pause(told);
  }

  document.addEventListener("visibilitychange", ask);
  addEventListener("online", ask);
  pause();
}

// The sentence of a page that is no longer fresh.
function lostSince(at) {
  return `Not connected since ${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" })}`;
}

function showAlarmCount(fresh) {
  const count = fresh?.querySelector("template[data-alarm-count]");
  if (count) document.querySelector(".alarm-count")?.replaceWith(count.content.cloneNode(true));
}

function sayOfCounter(since) {
  const counter = document.querySelector(".alarm-count");
  if (!counter) return;
  counter.classList.toggle("alarm-count--lost", since !== null);
  if (since) counter.title = lostSince(since);
  else if (counter.title.startsWith("Not connected")) counter.removeAttribute("title");
}

// A page that keeps parts of itself fresh gets the counter with them (live.js).
if (document.querySelector(".alarm-count") && !document.querySelector("[data-live]")) {
  keepAsking({
    address: "/live/",
    seconds: COUNTER_SECONDS,
    take: async (response) => response && showAlarmCount(new DOMParser().parseFromString(await response.text(), "text/html")),
    say: sayOfCounter,
  });
}
