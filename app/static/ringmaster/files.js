// Selected files of the list, and work that takes a while.

const bar = document.querySelector("[data-selection]");

function boxes() {
  return [...document.querySelectorAll('input[name="file"][form="selection"]')];
}

function showSelection() {
  if (!bar) return;
  const all = boxes();
  const number = all.filter((box) => box.checked).length;
  for (const box of all) box.closest("tr").classList.toggle("is-selected", box.checked);
  bar.hidden = number === 0;
  bar.querySelector("[data-selection-count]").textContent = `${number} selected`;
  const head = document.querySelector("[data-select-all]");
  head.checked = number > 0 && number === all.length;
  head.indeterminate = number > 0 && number < all.length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches('[data-select-all], input[form="selection"]')) showSelection();
});
bar?.querySelector("[data-clear-selection]").addEventListener("click", () => {
  for (const box of boxes()) box.checked = false;
  showSelection();
});
addEventListener("pageshow", showSelection);

document.addEventListener("submit", (event) => {
  const words = event.target.dataset.busy;
  if (words && event.submitter) event.submitter.textContent = words;
});

// A page that does its work in steps asks for the next one by itself; a moment is left to stop it.
const step = document.querySelector("form[data-goes-on]");
if (step) setTimeout(() => step.requestSubmit(), 300);
