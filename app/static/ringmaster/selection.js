// Rows of a list that are selected: marked, counted in the bar that acts on them, all at once by the box in the head.
// Where all rows of the page are, a list of several pages offers all that match ([data-selection-all]); what acts on
// named rows only is put away then ([data-not-all]). A row that is selected and goes from the page, because the list
// keeps itself fresh, stays selected: the form of the bar names it still.

const bar = document.querySelector("[data-selection]");
const kept = new Map();

function selectable() {
  return [...document.querySelectorAll('tbody input[form="selection"]')];
}

function showSelection() {
  if (!bar) return;
  const all = selectable();
  for (const box of all) {
    box.closest("tr").classList.toggle("is-selected", box.checked);
    if (box.checked) kept.set(box.value, box.name);
    else kept.delete(box.value);
  }
  nameThoseThatWent(all);
  const number = all.filter((box) => box.checked).length;
  bar.hidden = kept.size === 0;
  bar.querySelector("[data-selection-count]").textContent = `${kept.size} selected`;
  const isWhole = number > 0 && number === all.length;
  const head = document.querySelector("[data-select-all]");
  if (head) {
    head.checked = isWhole;
    head.indeterminate = number > 0 && !isWhole;
  }
  showOffer(isWhole);
}

function nameThoseThatWent(all) {
  const there = new Set(all.map((box) => box.value));
  for (const field of bar.querySelectorAll("[data-went]")) field.remove();
  for (const [value, name] of kept) {
    if (there.has(value)) continue;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    field.dataset.went = "";
    bar.append(field);
  }
}

function showOffer(isWhole) {
  const offer = bar.querySelector("[data-selection-all]");
  if (!offer) return;
  const box = offer.querySelector("input");
  offer.hidden = !isWhole && !box.checked;
  if (!isWhole && !selectable().length) box.checked = false;
  if (box.checked) bar.querySelector("[data-selection-count]").textContent = "All selected";
  for (const part of bar.querySelectorAll("[data-not-all]")) part.hidden = box.checked;
}

function takeBackAll() {
  const box = bar?.querySelector("[data-selection-all] input");
  if (box) box.checked = false;
}

// The fresh rows come with no box checked; those that stay are checked again before this is asked.
document.addEventListener("replaced", () => {
  for (const box of selectable()) if (kept.has(box.value)) box.checked = true;
  showSelection();
});
document.addEventListener("change", (event) => {
  if (event.target.matches('[data-select-all], input[form="selection"]')) {
    if (!event.target.checked) takeBackAll();
    showSelection();
  } else if (event.target.matches("[data-selection-all] input")) showSelection();
});
bar?.querySelector("[data-clear-selection]").addEventListener("click", () => {
  for (const box of selectable()) box.checked = false;
  kept.clear();
  takeBackAll();
  showSelection();
});
addEventListener("pageshow", showSelection);
