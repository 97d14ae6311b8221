// Forms: one submit, keys that respect the input method, files that are dropped.

/** Keep the button's width, show that it works, and let nobody press it twice. */
function busy(button) {
  button.style.setProperty("min-width", `${button.offsetWidth}px`);
  button.classList.add("is-busy");
  button.setAttribute("aria-disabled", "true");
}

function ready(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "1";
  const button = event.submitter || form.querySelector("[data-submit]");
  if (button && button.hasAttribute("data-submit")) busy(button);
  // A download leaves the page as it is; the key in the form still guards the effect.
  window.setTimeout(() => ready(form), 10000);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(ready);
});

// Enter that chooses a word must not submit.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) {
    event.stopImmediatePropagation();
    return;
  }
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form");
  if (!form || form.method !== "post") return;
  event.preventDefault();
  const button = form.querySelector("[data-submit]");
  if (form.requestSubmit) form.requestSubmit(button || undefined);
  else if (button) button.click();
}, true);

// -- files ----------------------------------------------------------------------------------

function inWords(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function showFile(zone) {
  const input = zone.querySelector("input[type=file]");
  const place = zone.querySelector("[data-drop-file]");
  place.textContent = [...input.files].map((f) => `已选 ${f.name}（${inWords(f.size)}）`).join("；");
}

document.addEventListener("change", (event) => {
  const zone = event.target.closest("[data-drop]");
  if (zone) showFile(zone);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target instanceof Element && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) {
      zone.querySelector("input[type=file]").files = event.dataTransfer.files;
      showFile(zone);
    }
  });
}
