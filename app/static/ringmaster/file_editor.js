// The editor of a configuration file: numbers beside the lines, where the caret is, and a question before typed text
// is left. The text itself is a plain field and is sent as one.

const form = document.querySelector("[data-editor]");
const text = form.querySelector("textarea");
const lines = form.querySelector("[data-lines]");
const place = form.querySelector("[data-place]");
let numbered = 0;
let isSent = false;

function numberLines() {
  const count = text.value.split("\n").length;
  if (count === numbered) return;
  numbered = count;
  // The bar at the bottom of the field takes some of its height: a line more keeps the two in step.
  lines.textContent = `${Array.from({ length: count }, (_, line) => line + 1).join("\n")}\n\n`;
}

function sayPlace() {
  const before = text.value.slice(0, text.selectionStart);
  place.textContent = `Line ${before.split("\n").length}, column ${before.length - before.lastIndexOf("\n")}`;
}

// A refusal names the line: the caret goes there.
function goToRefused() {
  const refusal = document.querySelector('.alert[role="alert"]')?.textContent.match(/\b[Ll]ine (\d+)/);
  if (!refusal) return;
  const before = text.value.split("\n").slice(0, Number(refusal[1]) - 1);
  const start = before.reduce((sum, line) => sum + line.length + 1, 0);
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  text.scrollTop = Math.max(0, (before.length - 5) * parseFloat(getComputedStyle(text).lineHeight));
}

text.addEventListener("input", () => {
  numberLines();
  sayPlace();
});
text.addEventListener("scroll", () => {
  lines.scrollTop = text.scrollTop;
});
document.addEventListener("selectionchange", () => {
  if (document.activeElement === text) sayPlace();
});
form.addEventListener("submit", () => {
  isSent = true;
});
addEventListener("pageshow", () => {
  isSent = false;
  numberLines();
});
addEventListener("beforeunload", (event) => {
  if (!isSent && text.value !== text.defaultValue) event.preventDefault();
});
numberLines();
sayPlace();
goToRefused();
