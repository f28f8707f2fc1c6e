// Fields that suggest what is there while one types (a combobox with a list): without this script they are plain text.
//
// <input data-suggest="address"> asks the address for [{value, label, note}] with ?q=what was typed. With
// data-suggest-tenant="selector" the value of that field is the tenant that is asked about. With data-suggest-parts the
// field has several values with commas between them, and the last one is completed. A row with an address is gone to
// rather than taken, and one with a kind says so before its note. Every page has this script.

for (const input of document.querySelectorAll("[data-suggest]")) suggestFor(input);

function suggestFor(input) {
  const PAUSE = 200;
  const list = document.createElement("ul");
  const status = document.createElement("span");
  let current = -1;
  let asked = 0;
  let timer = 0;

  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.className = "sr-only";
  status.setAttribute("role", "status");
  const frame = document.createElement("div");
  frame.className = "suggest";
  const hasFocus = document.activeElement === input;
  input.before(frame);
  frame.append(input, list, status);
  if (hasFocus) input.focus();
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false", autocomplete: "off" })) {
    input.setAttribute(name, value);
  }

  function close() {
    clearTimeout(timer);
    asked++;
    list.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    current = place;
    [...list.children].forEach((entry, at) => entry.setAttribute("aria-selected", String(at === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  }

  // Where the value begins that is being typed: behind the last comma that is not in quotes.
  function start() {
    if (!("suggestParts" in input.dataset)) return 0;
    let at = 0;
    let isQuoted = false;
    for (let place = 0; place < input.value.length; place++) {
      if (input.value[place] === '"') isQuoted = !isQuoted;
      else if (input.value[place] === "," && !isQuoted) at = place + 1;
    }
    return at;
  }

  function take(place) {
    if (list.children[place].dataset.address) return location.assign(list.children[place].dataset.address);
    const value = list.children[place].dataset.value;
    const before = input.value.slice(0, start());
    const isPart = "suggestParts" in input.dataset;
    input.value = `${before}${before && " "}${isPart && /[,"\\]/.test(value) ? JSON.stringify(value) : value}`;
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function entry(row, at) {
    const made = document.createElement("li");
    made.id = `${list.id}-${at}`;
    made.dataset.value = row.value;
    if (row.address) made.dataset.address = row.address;
    made.setAttribute("role", "option");
    if (row.kind) made.append(Object.assign(document.createElement("span"), { className: "suggestions__kind", textContent: row.kind }));
    made.append(Object.assign(document.createElement("span"), { textContent: row.label }));
    if (row.note) made.append(Object.assign(document.createElement("span"), { className: "muted", textContent: row.note }));
    return made;
  }

  async function look(isAsked = false) {
    const words = input.value.slice(start()).trim().replace(/^"/, "");
    if (!words && !isAsked) return close();
    const number = ++asked;
    const query = new URLSearchParams({ q: words });
    if (input.dataset.suggestTenant) query.set("tenant_id", document.querySelector(input.dataset.suggestTenant)?.value ?? "");
    const address = `${input.dataset.suggest}${input.dataset.suggest.includes("?") ? "&" : "?"}${query}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected || number !== asked || document.activeElement !== input) return;
    const rows = await answer.json();
    list.replaceChildren(...rows.map(entry));
    list.hidden = rows.length === 0;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    status.textContent = rows.length ? `${rows.length} suggestion${rows.length === 1 ? "" : "s"}` : "No suggestion";
    mark(-1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(), PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const number = list.children.length;
    if (event.key === "ArrowDown" && list.hidden) return look(true);
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark((current + 1) % number);
    else if (event.key === "ArrowUp") mark(current <= 0 ? number - 1 : current - 1);
    else if (event.key === "Enter" && current >= 0) take(current);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // Before the field loses the focus, which would close the list.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const chosen = event.target.closest("[role=option]");
    if (chosen) take([...list.children].indexOf(chosen));
  });
}
