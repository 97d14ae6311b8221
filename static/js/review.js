// 办理页: phrases fill the opinion, previews load when opened, j and k turn to the next case; on a
// phone the bar is folded to its buttons until one writes.

const opinion = document.querySelector("#act [name=opinion]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-phrase]");
  if (!button || !opinion) return;
  const text = button.dataset.phrase;
  const typed = opinion.value.trim();
  opinion.value = typed && typed !== text ? `${typed}；${text}` : text;
  opinion.focus({ preventScroll: true });
});

const bar = document.querySelector("#act");
const opener = bar?.querySelector(".act-open");
const isPhone = () => getComputedStyle(opener).display !== "none";

function fold(folded) {
  bar.classList.toggle("is-folded", folded);
  opener.setAttribute("aria-expanded", String(!folded));
  opener.textContent = folded ? "写意见" : "收起";
}

if (opener) {
  fold(!("open" in bar.dataset) && !opinion.value.trim());
  opener.addEventListener("click", () => {
    const folded = bar.classList.contains("is-folded");
    fold(!folded);
    if (folded) opinion.focus({ preventScroll: true });
  });
  // A move that needs an opinion asks for it before it is sent, where nothing can be seen of it.
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-needs-opinion]");
    if (!button || !isPhone() || !bar.classList.contains("is-folded")) return;
    event.preventDefault();
    fold(false);
    opinion.focus({ preventScroll: true });
  });
}

document.addEventListener("toggle", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLDetailsElement) || !box.dataset.preview || !box.open) return;
  if (box.querySelector(".preview")) return;
  const picture = box.dataset.kind === "picture";
  const shown = document.createElement(picture ? "img" : "iframe");
  shown.className = "preview";
  const name = box.querySelector("summary").textContent.trim();
  if (picture) shown.alt = name;
  else shown.title = name;
  shown.src = box.dataset.preview;
  box.append(shown);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const link = document.querySelector(`.case-turn [data-key="${event.key}"]`);
  if (link) link.click();
});
