// The bar that says how many files the next Generate would change, and generates them.
//
// Both are done in short requests, one after the other: each names the place where the one before it ended. What is due
// is asked of the database each time, so a page that is closed, stopped or opened twice leaves every file whole and does
// nothing twice.

const bar = document.querySelector("[data-changed]");
const isList = "changedIsList" in bar.dataset;
const words = bar.querySelector("[data-changed-words]");
const detail = bar.querySelector("[data-changed-detail]");
const seeThem = bar.querySelector("[data-changed-see]");
const form = bar.querySelector("[data-changed-generate]");
const stop = bar.querySelector("[data-changed-stop]");
const progress = bar.querySelector("progress");
const SHOWN_AFTER = 400;

class RefusedError extends Error {}

const written = (number) => number.toLocaleString("en");
const counted = (number, noun) => `${written(number)} ${noun}${number === 1 ? "" : "s"}`;

async function ask(address, options) {
  const response = await fetch(address, { cache: "no-store", ...options, headers: { Accept: "application/json" } });
  if (response.redirected) throw new RefusedError("You are not signed in any more.");
  const answer = await response.json();
  if (!response.ok) throw new RefusedError(answer.refused);
  return answer;
}

function show(state, said, more = "") {
  bar.dataset.state = state;
  if (words.textContent !== said) words.textContent = said;
  detail.textContent = more;
}

function offer(isOffered) {
  if (seeThem) seeThem.hidden = !isOffered;
  if (form) form.hidden = !isOffered;
}

function showProgress(done, total) {
  progress.hidden = total === 0;
  progress.max = Math.max(total, 1);
  progress.value = Math.min(done, total);
}

const countAddress = bar.dataset.changed;

// Compares all files that are concerned, step by step.
async function count() {
  const total = { changed: 0, compared: 0, concerned: 0, shared: 0, firstBehind: "" };
  const shownAt = Date.now() + SHOWN_AFTER;
  let after = "";
  do {
    const place = new URL(countAddress, location.href);
    if (after) place.searchParams.set("after", after);
    const answer = await ask(place);
    if (!total.changed && answer.changed) total.firstBehind = after;
    total.changed += answer.changed;
    total.compared += answer.compared;
    total.concerned = answer.concerned ?? total.concerned;
    total.shared = answer.shared ?? total.shared;
    after = answer.after;
    if (after && Date.now() > shownAt) {
      show("comparing", "", `Comparing what phones have with what they would get: ${written(total.compared)} of ${written(total.concerned)}`);
      progress.setAttribute("aria-label", "Files compared");
      showProgress(total.compared, total.concerned);
    }
  } while (after);
  showProgress(0, 0);
  return total;
}

function sentence({ changed, shared }) {
  const parts = [];
  if (changed) parts.push(changed === 1 ? "1 phone's file" : `${written(changed)} phones' files`);
  if (shared) parts.push(`${counted(shared, "file")} that phones share`);
  return `${parts.join(" and ")} would change.`;
}

function aboutTheRest({ changed, concerned }) {
  const staying = concerned - changed;
  if (!staying) return "";
  return `${counted(concerned, "phone")} ${concerned === 1 ? "is" : "are"} concerned; ${written(staying)} of their files ${staying === 1 ? "stays" : "stay"} the same.`;
}

// Says what was found; `before` is what was done until now.
function tell(total, before = "") {
  const isDue = total.changed + total.shared > 0;
  offer(isDue);
  if (isDue) show("waiting", `${before}${sentence(total)}`, aboutTheRest(total));
  else if (before) show("done", before, "Phones fetch them when they next ask.");
  else if (isList && total.concerned) show("done", "Generate would change no file.", `Compared: ${counted(total.concerned, "phone")}.`);
  else if (isList) show("done", "No phone's file is made from this.");
  else show("quiet", "");
}

// A keyboard that was on the button stays in the bar.
function endStop() {
  if (!stop || stop.hidden) return;
  const wasThere = document.activeElement === stop;
  stop.hidden = true;
  if (wasThere) bar.focus();
}

let isStopped = false;
let due = { changed: 0, shared: 0 };

async function generate() {
  const data = new FormData(form);
  let [made, shared, after] = [0, 0, ""];
  isStopped = false;
  offer(false);
  stop.hidden = false;
  stop.focus();
  progress.setAttribute("aria-label", "Files generated");
  show("working", "Generating…");
  do {
    const answer = await ask(form.action, { method: "POST", body: data });
    made += answer.made;
    shared += answer.shared;
    after = answer.after;
    data.set("after", after);
    showProgress(made, due.changed);
    detail.textContent = `${written(made)} of ${counted(due.changed, "file")}. What is generated stays, also when you leave this page.`;
  } while (after && !isStopped);
  endStop();
  due = await count();
  tell(due, `${isStopped ? "Stopped: " : ""}${counted(made + shared, "file")} ${made + shared === 1 ? "was" : "were"} generated. `);
  bar.dispatchEvent(new CustomEvent("changed-generated", { bubbles: true }));
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    endStop();
    showProgress(0, 0);
    offer(true);
    show("failed", error instanceof RefusedError ? error.message : "The server did not answer.", "What was generated stays. Load the page again to go on.");
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(generate);
});
stop?.addEventListener("click", () => {
  isStopped = true;
  endStop();
});
offer(false);
attempt(async () => {
  due = await count();
  tell(due);
  bar.dispatchEvent(new CustomEvent("changed-counted", { bubbles: true, detail: due }));
});
