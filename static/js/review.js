// 办理页: phrases fill the opinion, previews load when opened, j and k turn to the next case.

const opinion = document.querySelector("#act [name=opinion]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-phrase]");
  if (!button || !opinion) return;
  const text = button.dataset.phrase;
  const typed = opinion.value.trim();
  opinion.value = typed && typed !== text ? `${typed}；${text}` : text;
  opinion.focus();
});

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
