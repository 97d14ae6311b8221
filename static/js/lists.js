// Lists: ticked rows and their bar, wide tables. Works on parts that htmx brings later.

const boxes = (list) => [...list.querySelectorAll("tbody input[name=pk]")];

function refresh(list) {
  const rows = boxes(list);
  if (!rows.length) return;
  const picked = rows.filter((box) => box.checked);
  const bar = list.querySelector("[data-batch]");
  const all = list.querySelector("[data-batch-all]");
  const head = list.querySelector("[data-check-page]");
  for (const box of rows) box.closest("tr").classList.toggle("is-picked", box.checked);
  if (head) {
    head.checked = picked.length === rows.length;
    head.indeterminate = picked.length > 0 && picked.length < rows.length;
  }
  if (!bar) return;
  if (all && !picked.length) all.checked = false;
  const total = list.querySelector("[data-count]").dataset.count;
  const count = all && all.checked ? total : String(picked.length);
  bar.querySelector("[data-batch-count]").textContent = count;
  bar.classList.toggle("is-shown", picked.length > 0);
}

document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-list]");
  if (!list) return;
  if (event.target.matches("[data-check-page]")) {
    for (const box of boxes(list)) box.checked = event.target.checked;
  } else if (event.target.matches("[data-batch-all]") && event.target.checked) {
    for (const box of boxes(list)) box.checked = true;
  }
  if (event.target.matches("[data-check-page], [data-batch-all], input[name=pk]")) refresh(list);
});

// -- a table wider than its card scrolls by itself, with head and first column in place ------

function measure(box) {
  const table = box.querySelector("table");
  if (!table) return;
  const wide = table.scrollWidth > box.clientWidth + 1;
  if (box.hasAttribute("data-scroll")) box.classList.toggle("is-wide", wide && window.innerWidth >= 768);
  // What scrolls needs a stop for the keyboard and a name; what does not scroll needs neither.
  if (wide) {
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "region");
    if (!box.getAttribute("aria-label")) {
      box.setAttribute("aria-label", table.caption ? table.caption.textContent : "表格");
    }
  } else {
    box.removeAttribute("tabindex");
  }
}

function prepare(root) {
  for (const box of root.querySelectorAll(".table-scroll")) measure(box);
  for (const box of root.querySelectorAll("[data-scroll]")) {
    box.addEventListener("scroll", () => {
      box.classList.toggle("is-scrolled", box.scrollLeft > 2);
    }, { passive: true });
  }
  for (const list of root.querySelectorAll("[data-list]")) refresh(list);
}

let waiting = 0;
window.addEventListener("resize", () => {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    for (const box of document.querySelectorAll(".table-scroll")) measure(box);
  }, 120);
});
window.addEventListener("pageshow", () => prepare(document));
document.addEventListener("htmx:afterSettle", () => prepare(document));
prepare(document);

// -- query bars: empty conditions stay out of the address ------------------------------------

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-query]")) return;
  const empty = [...event.target.elements].filter((e) => e.name && !e.value && !e.disabled);
  for (const element of empty) element.disabled = true;
  window.setTimeout(() => {
    for (const element of empty) element.disabled = false;
  }, 0);
});
