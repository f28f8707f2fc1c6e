// The list of rules: moved by drag and by keyboard, switched, duplicated and deleted without losing one's place.
// Without this script each button is a form of its own, and drag is not there.

const said = document.querySelector("[data-said]");
const SHOWN = 6000;
let hiding = 0;

function say(words) {
  clearTimeout(hiding);
  said.textContent = words;
  hiding = setTimeout(() => said.replaceChildren(), SHOWN);
}

function place() {
  const control = document.activeElement?.closest("[data-control]");
  return control && { rule: control.closest("[data-rule]")?.dataset.rule, control: control.dataset.control };
}

function find(rule, control) {
  const row = document.querySelector(`[data-rule="${CSS.escape(rule ?? "")}"]`);
  const wanted = row?.querySelector(`[data-control="${control}"]`);
  return wanted && !wanted.disabled ? wanted : row?.querySelector("[data-control='edit']");
}

// What was done is told below, where it moves nothing; what was refused stays above the list.
function show(html, kept) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main");
  const done = main?.querySelector(".alert-success");
  if (!main?.querySelector("[data-rules]")) return location.reload();
  say(done?.querySelector("span").textContent ?? "");
  done?.remove();
  document.querySelector("main").replaceChildren(...document.importNode(main, true).childNodes);
  (kept && find(kept.rule, kept.control))?.focus();
}

let isBusy = false;

async function send(deed, to = "", kept = place()) {
  const form = document.getElementById("change");
  if (!form || isBusy) return;
  isBusy = true;
  const body = new FormData(form);
  body.set("deed", deed);
  body.set("to", to);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body) });
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.text(), kept);
  } catch {
    location.reload();
  } finally {
    isBusy = false;
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "change" || event.defaultPrevented) return;
  event.preventDefault();
  delete event.target.dataset.sent;
  const button = event.submitter;
  send(button.value, "", { rule: button.closest("[data-rule]")?.dataset.rule, control: button.dataset.control });
});

const KEYS = { ArrowUp: "up", ArrowDown: "down", Home: "top", End: "end" };

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-rule]");
  if (!row || !event.altKey || !KEYS[event.key] || !document.getElementById("change")) return;
  event.preventDefault();
  send(`${KEYS[event.key]} ${row.dataset.rule}`);
});

// Drag: a row is taken by its handle, and a line shows where it will stand.
let dragged = null;

function unmark() {
  for (const row of document.querySelectorAll(".rule--before, .rule--after")) row.classList.remove("rule--before", "rule--after");
}

function isBelow(row, event) {
  const box = row.getBoundingClientRect();
  return event.clientY > box.top + box.height / 2;
}

document.addEventListener("mousedown", (event) => {
  const row = event.target.closest("[data-handle]")?.closest("[data-rule]");
  if (row) row.draggable = true;
});
document.addEventListener("mouseup", () => {
  for (const row of document.querySelectorAll("[data-rule][draggable]")) row.removeAttribute("draggable");
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-rule]");
  if (!dragged) return;
  dragged.classList.add("rule--dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.rule);
});
document.addEventListener("dragover", (event) => {
  const row = event.target.closest?.("[data-rule]");
  if (!dragged || !row) return;
  event.preventDefault();
  unmark();
  if (row !== dragged) row.classList.add(isBelow(row, event) ? "rule--after" : "rule--before");
});
document.addEventListener("drop", (event) => {
  const row = event.target.closest?.("[data-rule]");
  if (!dragged || !row || row === dragged) return;
  event.preventDefault();
  const from = Number(dragged.dataset.position);
  const beside = Number(row.dataset.position) + (isBelow(row, event) ? 1 : 0);
  send(`move ${dragged.dataset.rule}`, String(beside > from ? beside - 1 : beside), { rule: dragged.dataset.rule, control: "edit" });
});
document.addEventListener("dragend", () => {
  unmark();
  dragged?.classList.remove("rule--dragged");
  dragged?.removeAttribute("draggable");
  dragged = null;
});
