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
