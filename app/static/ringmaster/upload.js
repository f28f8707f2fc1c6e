// A form with data-upload tells how far its files are. Without this script it is sent as any other form is.

const form = document.querySelector("form[data-upload]");
const picker = form.querySelector('input[type="file"]');
const bar = form.querySelector("[data-upload-progress]");
const refusal = document.querySelector("[data-refusal]");
let sending = null;

function shown(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function refuse(sentence) {
  refusal.querySelector("span").textContent = sentence;
  refusal.hidden = !sentence;
  if (sentence) refusal.scrollIntoView({ block: "nearest" });
}

// What the server would refuse as well, said before everything is sent.
function whatIsWrong(files) {
  const suffixes = form.dataset.suffixes.split(" ");
  for (const file of files) {
    if (!suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix))) return `${file.name} does not end with ${suffixes.join(" or ")}.`;
    if (file.size > Number(form.dataset.largest)) return `${file.name} is larger than ${form.dataset.largestShown}, the most that is taken.`;
    if (file.size === 0) return `${file.name} is empty.`;
  }
  return "";
}

function leave(event) {
  event.preventDefault();
}

function end() {
  sending = null;
  bar.hidden = true;
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".form-card__foot button")) button.disabled = false;
  removeEventListener("beforeunload", leave);
}

function tell(progress, began) {
  const part = progress.loaded / progress.total;
  const seconds = (performance.now() - began) / 1000;
  const left = Math.ceil((seconds * (1 - part)) / (part || 1));
  const rest = part === 1 ? "checking it" : seconds > 1 ? `about ${left > 90 ? `${Math.ceil(left / 60)} minutes` : `${left} s`} left` : "";
  bar.querySelector("progress").value = part * 100;
  bar.querySelector("[data-upload-text]").textContent =
    `${Math.floor(part * 100)} % · ${shown(progress.loaded)} of ${shown(progress.total)}${rest && ` · ${rest}`}`;
}

function answered(request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // A proxy in front answered with a page of its own.
  }
  end();
  if (answer.address) location.assign(answer.address);
  else refuse(answer.refused || `The server refused the upload (${request.status}).`);
}

function send(target) {
  const request = new XMLHttpRequest();
  const began = performance.now();
  request.open("POST", target);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (progress) => tell(progress, began));
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => {
    end();
    refuse("The connection broke off, and nothing was kept. Try again; if another upload is running, wait for its end.");
  });
  request.addEventListener("abort", () => {
    end();
    refuse("The upload was cancelled, and nothing was kept.");
  });
  request.send(new FormData(form));
  return request;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sending) return;
  const wrong = whatIsWrong(picker.files);
  refuse(wrong);
  if (wrong) return;
  bar.hidden = false;
  for (const button of form.querySelectorAll(".form-card__foot button")) button.disabled = true;
  addEventListener("beforeunload", leave);
  sending = send(form.action);
});
bar.querySelector("[data-upload-cancel]").addEventListener("click", () => sending?.abort());
picker.addEventListener("change", () => refuse(whatIsWrong(picker.files)));
