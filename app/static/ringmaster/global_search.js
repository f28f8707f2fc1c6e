// The search in the top bar: / and Ctrl-K lead to it from every page. What it suggests comes from suggest.js.

function isTyping(element) {
  return element.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  const isShortcut = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
  if (!(isShortcut || isSlash) || document.querySelector("dialog[open]")) return;
  const box = [document.getElementById("global-search"), document.getElementById("q")].find((found) => found?.offsetParent);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
