// Two panes: what is available, as the server lists it, and what is selected, of which all is sent.
//
// ">>" selects all that match without listing them: one entry stands for the words and the tenant that were looked
// for, and the server finds them when the operation begins. So thirty thousand cost what ten do.

const form = document.querySelector("[data-panes]");
const available = form.querySelector("[data-available]");
const selected = form.querySelector("[data-selected]");
const words = form.querySelector("[data-words]");
const tenant = form.querySelector("[data-tenant]");
const noun = form.dataset.noun;
let count = form.querySelector("[data-available-count]").textContent;
let counted = lookedFor();
let asked = 0;
let timer = 0;

function lookedFor() {
  return `${tenant.value}\n${words.value.trim()}`;
}

function option(row) {
  const made = new Option([row.label || row.key, row.label && noun === "phones" ? row.key : "", row.note].filter(Boolean).join(" · "), row.key);
  return made;
}

function has(key) {
  return [...selected.options].some((entry) => entry.value === key && !entry.dataset.group);
}

function show() {
  const single = [...selected.options].filter((entry) => !entry.dataset.group).length;
  const groups = selected.options.length - single;
  const parts = [single ? single.toLocaleString("en") : "", groups ? `${groups} group${groups === 1 ? "" : "s"}` : ""].filter(Boolean);
  form.querySelector("[data-selected-count]").textContent = parts.join(" and ") || "none";
  form.querySelector("[data-nothing]").textContent = "";
}

async function look() {
  const number = ++asked;
  const wanted = lookedFor();
  const query = new URLSearchParams({ q: words.value.trim(), tenant: tenant.value });
  const answer = await fetch(`${form.dataset.panes}?${query}`, { headers: { Accept: "application/json" } });
  if (answer.redirected) return location.reload();
  if (!answer.ok || number !== asked) return;
  const found = await answer.json();
  available.replaceChildren(...found.rows.map(option));
  count = found.shown_count;
  counted = wanted;
  form.querySelector("[data-available-count]").textContent = count;
  form.querySelector("[data-more]").hidden = found.count <= found.rows.length;
}

function lookSoon() {
  clearTimeout(timer);
  timer = setTimeout(look, 250);
}

function take() {
  for (const entry of available.selectedOptions) if (!has(entry.value)) selected.add(new Option(entry.text, entry.value));
  show();
}

function takeAll() {
  const group = lookedFor();
  if ([...selected.options].some((entry) => entry.dataset.group === group)) return;
  const which = [tenant.value && `of ${tenant.value}`, words.value.trim() && `with “${words.value.trim()}”`].filter(Boolean).join(" ");
  // Whoever is faster than the answer is told no number, rather than that of what was looked for before.
  const all = counted !== group ? `All ${noun}` : count === "1" ? `1 ${noun.slice(0, -1)}` : `All ${count} ${noun}`;
  const entry = new Option(`${all} ${which}`.trim(), "");
  entry.dataset.group = group;
  selected.add(entry, 0);
  show();
}

function drop(entries) {
  for (const entry of [...entries]) entry.remove();
  show();
}

function field(name, value) {
  const made = document.createElement("input");
  Object.assign(made, { type: "hidden", name, value });
  made.dataset.chosen = "";
  return made;
}

function showOptions() {
  const action = form.elements.action.selectedOptions[0];
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.dataset.for !== action.value;
    part.disabled = part.hidden;
  }
  form.querySelector(".field[data-patience]").hidden = action.dataset.local === "yes";
  for (const part of form.querySelectorAll("[data-for-waves]")) {
    part.hidden = action.dataset.waves !== "yes";
    for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = part.hidden;
  }
  showWaves();
}

// What is said of waves counts only where there are some; phones that are not there are then always tried again.
function showWaves() {
  const tick = form.querySelector("[data-in-waves]");
  const body = form.querySelector("[data-waves-body]");
  const deadline = form.elements.deadline;
  body.hidden = !tick.checked;
  for (const input of body.querySelectorAll("input, select, textarea")) input.disabled = body.hidden || tick.disabled;
  deadline.options[0].disabled = tick.checked && !tick.disabled;
  if (deadline.options[0].disabled && !deadline.value) deadline.value = deadline.dataset.usual;
}

function takeCanaries() {
  const canaries = form.elements.canaries;
  const marked = [...selected.selectedOptions].filter((entry) => entry.dataset.group === undefined).map((entry) => entry.value);
  canaries.value = [...new Set([...canaries.value.split(/[\s,;]+/), ...marked])].filter(Boolean).join("\n");
}

form.elements.action.addEventListener("change", () => {
  const usual = form.elements.action.selectedOptions[0].dataset;
  for (const name of ["batch", "delay", "patience"]) if (usual[name]) form.elements[name].value = usual[name];
  showOptions();
});
form.addEventListener("submit", (event) => {
  for (const old of form.querySelectorAll("[data-chosen]")) old.remove();
  if (!selected.options.length) {
    event.preventDefault();
    form.querySelector("[data-nothing]").textContent = `Select ${noun} first.`;
    available.focus();
    return;
  }
  for (const entry of selected.options) {
    form.append(entry.dataset.group === undefined ? field("key", entry.value) : field("group", entry.dataset.group));
  }
});
form.querySelector("[data-in-waves]").addEventListener("change", showWaves);
form.querySelector("[data-take-canaries]")?.addEventListener("click", takeCanaries);
words.addEventListener("input", lookSoon);
words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  look();
});
tenant.addEventListener("change", look);
available.addEventListener("dblclick", take);
available.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), take()));
selected.addEventListener("keydown", (event) => ["Delete", "Backspace"].includes(event.key) && drop(selected.selectedOptions));
form.querySelector("[data-take]").addEventListener("click", take);
form.querySelector("[data-take-all]").addEventListener("click", takeAll);
form.querySelector("[data-drop]").addEventListener("click", () => drop(selected.selectedOptions));
form.querySelector("[data-drop-all]").addEventListener("click", () => drop(selected.options));
addEventListener("pageshow", () => { showOptions(); show(); });
