// Generates the files of a template's phones: asks the server for one part after the other and shows how far it is.
//
// Each answer says how many files were made and how many are left. The server knows what is due: a page that is closed
// in between, or opened twice, leaves nothing undone and does nothing twice. Without this script the button does a part.

const form = document.querySelector("[data-generate]");
const MOST_EMPTY_ANSWERS = 30;

async function generate() {
  const state = form.querySelector("[data-generate-state]");
  const bar = form.querySelector("progress");
  const total = Number(form.dataset.number);
  bar.hidden = false;
  form.querySelector("button").disabled = true;
  const data = new FormData(form);
  for (let empty = 0; empty < MOST_EMPTY_ANSWERS;) {
    const response = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    const { made, left } = await response.json();
    data.delete("first");
    bar.max = Math.max(total, left);
    bar.value = bar.max - left;
    state.textContent = `${(bar.max - left).toLocaleString("en")} of ${bar.max.toLocaleString("en")} files were generated.`;
    if (!left) return location.reload();
    empty = made ? 0 : empty + 1;
    // Somebody else is at the rest.
    if (!made) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error("nothing was made for a while");
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await generate();
  } catch {
    form.querySelector("[data-generate-state]").textContent =
      "It stopped before the end. What was generated stays; load the page again to generate the rest.";
  }
});
