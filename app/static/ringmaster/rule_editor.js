// The editor of a rule: rows come and go, operators and hints follow the field, and the page says how the rule will be
// read while it is typed. Without this script the buttons ask the server for the same.

const editor = document.querySelector(".rule-editor");
const reading = editor.querySelector("[data-reading]");
const PAUSE_OF_TYPING = 350;
let asked = 0;
let waiting = 0;
let leaving = new AbortController();

function follow(row) {
  const chosen = row.querySelector("[data-field]").selectedOptions[0];
  const operator = row.querySelector("[data-operator]");
  const values = row.querySelector("[data-values]");
  const usable = chosen.dataset.operators?.split(" ");
  for (const option of operator.options) option.hidden = option.disabled = Boolean(usable) && !usable.includes(option.value);
  if (operator.selectedOptions[0]?.disabled) operator.value = usable[0];
  const address = new URL(values.dataset.suggest, location);
  address.searchParams.set("field", chosen.value);
  values.dataset.suggest = `${address.pathname}${address.search}`;
  values.placeholder = chosen.dataset.hint ?? "";
  const takesNone = operator.value.startsWith("is-");
  values.disabled = takesNone;
  if (takesNone) values.placeholder = "no value";
}

function renumber() {
  for (const part of editor.querySelectorAll("[data-part]")) {
    part.querySelectorAll("[data-row]").forEach((row, at) => {
      row.setAttribute("aria-label", `${part.dataset.part === "except" ? "Exception" : "Row"} ${at + 1}`);
      row.querySelector("[data-remove]").value = `remove ${part.dataset.part} ${at}`;
    });
  }
}

let made = 0;

function add(part) {
  const row = part.querySelector("[data-blank]").content.firstElementChild.cloneNode(true);
  const values = row.querySelector("[data-values]");
  values.id = `${part.dataset.part}-new-${++made}`;
  part.querySelector("[data-rows]").append(row);
  suggestFor(values);
  renumber();
  follow(row);
  row.querySelector("[data-field]").focus();
}

function remove(row) {
  const part = row.closest("[data-part]");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  renumber();
  (next?.querySelector("[data-field]") ?? part.querySelector("[data-add]")).focus();
  read();
}

// A value that takes no part is left out by the browser, and rows are told apart by their order: it is sent empty.
function enableAll() {
  for (const values of editor.querySelectorAll("[data-values]:disabled")) {
    values.value = "";
    values.disabled = false;
  }
}

function showOutcome() {
  for (const field of editor.querySelectorAll("[data-shown-where]")) {
    const other = editor.elements[field.dataset.shownWhere];
    field.hidden = !field.dataset.shownFor.split(" ").includes(other?.value);
  }
}

async function read() {
  if (leaving.signal.aborted) return;
  const number = ++asked;
  const body = new FormData(editor);
  for (const part of ["all", "except"]) {
    body.delete(`${part}-values`);
    for (const values of editor.querySelectorAll(`[name="${part}-values"]`)) body.append(`${part}-values`, values.disabled ? "" : values.value);
  }
  const answer = await fetch(editor.dataset.preview, { method: "POST", body: new URLSearchParams(body), signal: leaving.signal }).catch(() => null);
  if (!answer?.ok || answer.redirected || number !== asked) return;
  reading.innerHTML = await answer.text();
}

function readSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(read, PAUSE_OF_TYPING);
}

editor.addEventListener("input", readSoon);
editor.addEventListener("change", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) follow(row);
  showOutcome();
  readSoon();
});
editor.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-add]")) add(button.closest("[data-part]"));
  else if (button?.matches("[data-remove]")) remove(button.closest("[data-row]"));
  else if (button?.matches("[data-look]")) read();
  else return;
  event.preventDefault();
});
// Enter in the field of a phone tests the rule; it does not save it.
editor.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "try_phone" || event.defaultPrevented) return;
  event.preventDefault();
  read();
});

// Once the form is on its way nothing else is asked: a later answer would bring back a session that has moved on.
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  clearTimeout(waiting);
  leaving.abort();
  enableAll();
});
addEventListener("pageshow", () => {
  leaving = new AbortController();
});

for (const row of editor.querySelectorAll("[data-row]")) follow(row);
showOutcome();
if (editor.elements.name.value) read();
