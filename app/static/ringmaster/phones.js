// Devices Status: which columns are shown, the menus of rows.

// Columns. What a person chooses is kept in this browser under the account's name.
const chooser = document.querySelector("[data-columns]");
const boxes = chooser ? [...chooser.querySelectorAll("input")] : [];
const key = chooser && `devices-status columns of ${chooser.dataset.columns}`;

function keptColumns() {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return Array.isArray(kept) ? kept : null;
  } catch {
    return null;
  }
}

function keepColumns(names) {
  try {
    if (names) localStorage.setItem(key, JSON.stringify(names));
    else localStorage.removeItem(key);
  } catch {
    // Storage is closed to this page: the choice holds until it is left.
  }
}

function showColumns() {
  for (const box of boxes) {
    for (const cell of document.querySelectorAll(`[data-column="${box.value}"]`)) cell.hidden = !box.checked;
  }
}

function checkBoxes(isChecked) {
  for (const box of boxes) box.checked = isChecked(box);
  showColumns();
}

function markUsual(isUsual) {
  document.querySelector(".phones")?.toggleAttribute("data-usual", isUsual);
}

if (chooser) {
  const kept = keptColumns();
  if (kept) {
    checkBoxes((box) => kept.includes(box.value));
    markUsual(false);
  }
  chooser.addEventListener("change", () => {
    keepColumns(boxes.filter((box) => box.checked).map((box) => box.value));
    showColumns();
    markUsual(false);
  });
  chooser.querySelector("[data-usual-columns]").addEventListener("click", () => {
    keepColumns(null);
    checkBoxes((box) => "usual" in box.dataset);
    markUsual(true);
  });
}

// An address says only what was asked: empty fields are left out of it.
document.querySelector(".phone-search").addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

// Menus of rows open beside their button, in front of everything.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches(".row-menu") || event.newState !== "open") return;
    const menu = event.target;
    const button = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
    const below = button.bottom + 4;
    const fits = below + menu.offsetHeight < innerHeight;
    menu.style.top = `${fits ? below : Math.max(8, button.top - menu.offsetHeight - 4)}px`;
    menu.style.left = `${Math.max(8, button.right - menu.offsetWidth)}px`;
  },
  true,
);
document.querySelector(".phones-frame")?.addEventListener("scroll", () => document.querySelector(".row-menu:popover-open")?.hidePopover());
