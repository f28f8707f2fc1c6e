// The Setup Wizard: who clicks a step in the list while something is typed keeps it, as with Back.

const form = document.getElementById("step");
const typed = () => new URLSearchParams(new FormData(form)).toString();
const before = typed();

document.querySelector(".wizard__steps").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-step]");
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (!link || opensElsewhere || typed() === before) return;
  event.preventDefault();
  const to = Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: link.dataset.step });
  const back = Object.assign(document.createElement("button"), { name: "deed", value: "back", formNoValidate: true, hidden: true });
  form.append(to, back);
  form.requestSubmit(back);
});
