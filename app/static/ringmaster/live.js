// Keeps the parts of a page fresh: asks for them every few seconds (polling.js), and puts in place what has changed.
//
// <div data-live="address" data-live-seconds="5" data-live-now="time of the server"> holds parts
// <… data-live-part="name">. A part is left alone while the pointer or the keyboard is in it, so that nothing
// moves away from under them. A long list, over which the pointer always is, has data-live-keeps: it waits only while
// somebody moves or types in it, and keeps what was selected, where the keyboard was and how far it was scrolled.
// Without a change the server answers 304, and nothing is done. While it does not answer, [data-live-state] says since
// when, and the area has the class is-stale.

const area = document.querySelector("[data-live]");
const state = document.querySelector("[data-live-state]");
const clockOffset = new Date(area.dataset.liveNow) - Date.now();
let pending = null;
let lastMovedAt = 0;
const MOVES_LAST = 1500;

function timeAgo(at) {
  const seconds = Math.round((Date.now() + clockOffset - at) / 1000);
  if (seconds < 45) return "just now";
  for (const [length, word] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const number = Math.round(seconds / length);
    if (seconds >= length * 0.95) return `${number} ${word}${number === 1 ? "" : "s"} ago`;
  }
  return "1 minute ago";
}

function writeTimes() {
  for (const time of area.querySelectorAll("time[data-live-time]")) time.textContent = timeAgo(new Date(time.dateTime));
}

function isInUse(part) {
  const isTouched = part.matches(":hover, :focus-within");
  return "liveKeeps" in part.dataset ? isTouched && Date.now() - lastMovedAt < MOVES_LAST : isTouched;
}

function replace(part, fresh) {
  const checked = [...part.querySelectorAll("input:checked")].map((box) => box.id);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...part.querySelectorAll(".table-frame")].map((frame) => [frame.scrollLeft, frame.scrollTop]);
  part.replaceWith(fresh);
  for (const id of checked) {
    const box = id && document.getElementById(id);
    if (box) box.checked = true;
  }
  [...fresh.querySelectorAll(".table-frame")].forEach((frame, place) => {
    if (scrolled[place]) frame.scrollTo(...scrolled[place]);
  });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  fresh.dispatchEvent(new Event("replaced", { bubbles: true }));
}

function putInPlace() {
  if (!pending) return;
  for (const part of area.querySelectorAll("[data-live-part]")) {
    const fresh = pending.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (fresh && !isInUse(part)) replace(part, fresh);
  }
  showAlarmCount(pending);
  writeTimes();
}

async function takeIn(response) {
  if (response) pending = new DOMParser().parseFromString(await response.text(), "text/html");
  putInPlace();
}

function say(since) {
  const words = since ? lostSince(since) : "Live";
  if (state && state.textContent !== words) state.textContent = words;
  state?.classList.toggle("live--lost", since !== null);
  area.classList.toggle("is-stale", since !== null);
  sayOfCounter(since);
}

for (const kind of ["pointermove", "pointerdown", "keydown"]) {
  area.addEventListener(kind, () => (lastMovedAt = Date.now()), { passive: true });
}
writeTimes();
setInterval(writeTimes, 15000);
keepAsking({
  address: area.dataset.live,
  seconds: Number(area.dataset.liveSeconds),
  asOf: area.dataset.liveNow,
  take: takeIn,
  say,
});
