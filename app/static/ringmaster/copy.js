// A button with data-copy="id" copies the text of that field and says so; without a clipboard it selects the text.

async function copyText(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Pages of plain http have no clipboard; the older way works where a person has pressed a button.
    return document.execCommand("copy");
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const word = button.querySelector("[data-copy-word]");
  const isCopied = await copyText(document.getElementById(button.dataset.copy));
  word.textContent = isCopied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => {
    word.textContent = "Copy";
  }, 2500);
});
