// Keeps the progress of an import fresh, and loads the page anew when something else is to be seen or done.
//
// <section data-import="address" data-state="state of the page"> holds a <progress> and [data-import-text].

const area = document.querySelector("[data-import]");
const bar = area.querySelector("progress");
const text = area.querySelector("[data-import-text]");

function show({ done, total }) {
  if (!total) return;
  bar.max = total;
  bar.value = done;
  text.textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
}

async function look() {
  try {
    const response = await fetch(area.dataset.import, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return location.reload();
    const progress = await response.json();
    if (progress.state !== area.dataset.state) return location.reload();
    show(progress);
  } catch {
    text.textContent = "The server does not answer; trying again.";
  }
  setTimeout(look, 1000);
}

setTimeout(look, 700);
