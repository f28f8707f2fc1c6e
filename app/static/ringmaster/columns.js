// The chooser of columns: its lines are moved up and down, which is the order of the columns once it is sent.

const chooser = document.querySelector("[data-columns]");

chooser?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const line = button.closest("li");
  if (button.dataset.move === "-1") line.previousElementSibling?.before(line);
  else line.nextElementSibling?.after(line);
  button.focus();
});
