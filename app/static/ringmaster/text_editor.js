// The editor of a text: numbers beside the lines, where the caret is, and a question before typed text is left. Buttons
// with data-line go to the place of what was found, whose numbers are marked; those with data-insert write where the
// caret is; a message with data-names-line leads to the line that it names. The text itself is a plain field and is
// sent as one.

const form = document.querySelector("[data-editor]");
const text = form.querySelector("textarea");
const lines = form.querySelector("[data-lines]");
const place = form.querySelector("[data-place]");
const found = new Set([...document.querySelectorAll("[data-line]")].map((button) => Number(button.dataset.line)));
let numbered = 0;
let isSent = false;

function numberLines() {
  const count = text.value.split("\n").length;
  if (count === numbered) return;
  numbered = count;
  const parts = document.createDocumentFragment();
  let plain = "";
  for (let line = 1; line <= count; line += 1) {
    if (found.has(line)) {
      const mark = document.createElement("mark");
      mark.textContent = line;
      parts.append(plain, mark, "\n");
      plain = "";
    } else {
      plain += `${line}\n`;
    }
  }
  // The bar at the bottom of the field takes some of its height: a line more keeps the two in step.
  parts.append(plain, "\n\n");
  lines.replaceChildren(parts);
}

function followScrolling() {
  lines.scrollTop = text.scrollTop;
}

function sayPlace() {
  const before = text.value.slice(0, text.selectionStart);
  const line = before.split("\n").length;
  place.textContent = `Line ${line}, column ${before.length - before.lastIndexOf("\n")}`;
}

function goTo(line, column) {
  const all = text.value.split("\n");
  const start = all.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = Math.min(start + column - 1, start + (all[line - 1]?.length ?? 0));
  text.focus();
  text.setSelectionRange(at, start + (all[line - 1]?.length ?? 0));
  const height = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (line - 6) * height);
  text.scrollLeft = 0;
  text.scrollIntoView({ block: "center" });
}

function goToNamedLine() {
  const named = document.querySelector("[data-names-line]")?.textContent.match(/\bLine (\d+):/);
  if (named) goTo(Number(named[1]), 1);
}

document.addEventListener("click", (event) => {
  const finding = event.target.closest("[data-line]");
  if (finding) goTo(Number(finding.dataset.line), Number(finding.dataset.column));
  const insertion = event.target.closest("[data-insert]");
  if (insertion) {
    text.setRangeText(insertion.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input"));
  }
});

text.addEventListener("input", () => {
  numberLines();
  sayPlace();
});
text.addEventListener("scroll", followScrolling);
document.addEventListener("selectionchange", () => {
  if (document.activeElement === text) sayPlace();
});
form.addEventListener("submit", () => {
  isSent = true;
});
addEventListener("pageshow", () => {
  isSent = false;
  numberLines();
  followScrolling();
});
addEventListener("beforeunload", (event) => {
  if (!isSent && text.value !== text.defaultValue) event.preventDefault();
});
numberLines();
sayPlace();
goToNamedLine();
