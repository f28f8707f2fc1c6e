// A session ends when nobody has used it for a while (setting session_idle_minutes). Whoever touches a page uses it: what
// a page asks for by itself tells the server so (polling.js). A minute before the end the page asks whether somebody
// is there, and at the end it goes to the sign-in page. Pages in other tabs of the browser are the same session.

const WARNED_BEFORE = 60;
const USE_IS_SHARED_EVERY = 5000;
const SHARED_USE = "session-used-at";
const idleSeconds = Number(document.body.dataset.idleSeconds);
let usedAt = Date.now();
let toldAt = usedAt;
let sharedAt = 0;

function noteUse() {
  usedAt = Date.now();
  if (usedAt - sharedAt < USE_IS_SHARED_EVERY) return;
  sharedAt = usedAt;
  try {
    localStorage.setItem(SHARED_USE, String(usedAt));
  } catch {
    // Storage is closed to this page: each tab counts for itself.
  }
}

function lastUse() {
  try {
    return Math.max(usedAt, Number(localStorage.getItem(SHARED_USE)) || 0);
  } catch {
    return usedAt;
  }
}

// Whether somebody has touched the page since this was asked last.
function wasUsed() {
  const isNews = usedAt > toldAt;
  toldAt = Date.now();
  return isNews;
}

async function stay() {
  noteUse();
  toldAt = Date.now();
  try {
    const answer = await fetch("/live/", { headers: { "Ringmaster-Poll": "used" }, cache: "no-store" });
    if (answer.redirected) location.reload();
  } catch {
    // The server is away; the page says so, and asks again by itself.
  }
}

function watch() {
  const dialog = document.getElementById("session-end");
  const left = Math.round(idleSeconds - (Date.now() - lastUse()) / 1000);
  // The server waits for half a minute more, because uses are written every half minute.
  if (left < -45) location.reload();
  else if (left > Math.min(WARNED_BEFORE, idleSeconds / 2)) dialog.close();
  else {
    dialog.querySelector("[data-seconds-left]").textContent = String(Math.max(left, 0));
    if (dialog.open) return;
    dialog.returnValue = "";
    dialog.showModal();
  }
}

if (idleSeconds) {
  const dialog = document.getElementById("session-end");
  for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"]) {
    addEventListener(kind, () => dialog.open || noteUse(), { passive: true, capture: true });
  }
  dialog.addEventListener("close", () => dialog.returnValue === "stay" && stay());
  dialog.addEventListener("cancel", () => (dialog.returnValue = "stay"));
  noteUse();
  toldAt = usedAt; // the server knows of whoever asks for a page
  setInterval(watch, 1000);
}
