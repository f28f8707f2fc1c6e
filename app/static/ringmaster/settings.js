// System Settings: the search box finds settings while one types; what it does not find is sent along all the same.

const box = document.querySelector("[data-find-setting]");

function find(words) {
  let isAnyFound = false;
  for (const section of document.querySelectorAll("[data-settings]")) {
    let isFound = false;
    for (const setting of section.querySelectorAll("[data-setting]")) {
      setting.hidden = !words.every((word) => setting.dataset.setting.includes(word));
      isFound ||= !setting.hidden;
    }
    section.hidden = !isFound;
    isAnyFound ||= isFound;
  }
  document.querySelector("[data-nothing-found]").hidden = isAnyFound;
}

box?.addEventListener("input", () => find(box.value.toLowerCase().split(/\s+/).filter(Boolean)));

// Enter would leave the page, and with it what was typed below.
box?.form.addEventListener("submit", (event) => event.preventDefault());

// A button with data-copy="id" copies the text of that field. Pages that came over plain HTTP have no clipboard to
// write to; there the field is selected, and the browser's older way is tried.
async function copy(field) {
  field.select();
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(field.value);
    return true;
  }
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const said = button.querySelector("span");
  const isCopied = await copy(document.getElementById(button.dataset.copy)).catch(() => false);
  said.textContent = isCopied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => {
    said.textContent = "Copy";
  }, 2000);
});

// In a field with data-enter-presses="id", Enter presses that button rather than the form's own.
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && event.target.dataset?.enterPresses;
  if (!button) return;
  event.preventDefault();
  document.getElementById(button).click();
});
