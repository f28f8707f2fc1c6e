// A button with data-busy="words" says them from the moment its form is sent until the next page is there.

const before = new Map();

addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button?.dataset.busy) return;
  before.set(button, [...button.childNodes]);
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.textContent = button.dataset.busy;
  button.replaceChildren(status);
});

// Coming back with the browser's own button finds the button as it was.
addEventListener("pageshow", () => {
  for (const [button, nodes] of before) button.replaceChildren(...nodes);
  before.clear();
});
