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

async function take(response) {
  if (!response) return true;
  const progress = await response.json();
  if (progress.state !== area.dataset.state) {
    location.reload();
    return false;
  }
  show(progress);
  return true;
}

keepAsking({
  address: area.dataset.import,
  seconds: 1,
  accept: "application/json",
  take,
  say: (since) => {
    if (since) text.textContent = `${lostSince(since)}; trying again.`;
  },
});
