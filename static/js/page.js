// The frame: layers that close, keys, htmx, jobs that are still running.

const live = () => document.getElementById("live");

/** Tell those who hear the page; said again even when the text is the same. */
function announce(text) {
  const place = live();
  if (!place) return;
  place.textContent = "";
  window.setTimeout(() => { place.textContent = text; }, 50);
}

// -- boxes that open under a button ---------------------------------------------------------

function close(box, focus) {
  box.open = false;
  if (focus) box.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll("details[data-dropdown][open]")) {
    if (!box.contains(event.target)) close(box, false);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  const boxes = [...document.querySelectorAll("details[data-dropdown][open]")];
  const inner = boxes.find((box) => box.contains(document.activeElement)) || boxes.pop();
  if (inner) {
    close(inner, true);
    event.preventDefault();
  } else if (window.location.hash === "#menu") {
    closeMenu();
    event.preventDefault();
  } else if (document.activeElement && document.activeElement.closest(".menu-group ul")) {
    document.activeElement.closest("details").querySelector("summary").focus();
  }
});

// -- confirming: the box becomes a dialog ---------------------------------------------------

function confirmIn(box) {
  const content = box.querySelector(".confirm-box");
  const dialog = document.createElement("dialog");
  if (!content || typeof dialog.showModal !== "function") return;
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", content.getAttribute("aria-labelledby"));
  dialog.append(content);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    box.append(content);
    dialog.remove();
    box.open = false;
    box.querySelector("summary").focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
  dialog.showModal();
  content.querySelector(".confirm-title").focus();
}

document.addEventListener("click", (event) => {
  const summary = event.target.closest("details[data-confirm] > summary");
  if (!summary) return;
  event.preventDefault();
  confirmIn(summary.parentElement);
});

// -- the menu on a phone --------------------------------------------------------------------

let menuOpener = null;

function closeMenu() {
  window.location.hash = "main";
  if (menuOpener) menuOpener.focus();
}

window.addEventListener("hashchange", () => {
  if (window.location.hash !== "#menu") return;
  menuOpener = document.querySelector(".topbar-menu");
  const first = document.querySelector("#menu a[aria-current], #menu .menu-close");
  if (first) first.focus();
});

document.addEventListener("click", (event) => {
  if (window.location.hash === "#menu" && !event.target.closest("#menu, .topbar-menu")) closeMenu();
});

// -- keys -----------------------------------------------------------------------------------

const SINGLE_KEYS = "bianzhi.single-keys";
const singleKeys = () => window.localStorage.getItem(SINGLE_KEYS) !== "off";
const typing = (element) => Boolean(element && element.closest("input, select, textarea, [contenteditable], [role=tree]"));

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.altKey && !event.ctrlKey && !event.metaKey && /^[1-9]$/.test(event.key)) {
    const tab = document.querySelectorAll("[data-tabs] a")[Number(event.key) - 1];
    if (tab) {
      event.preventDefault();
      tab.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !singleKeys() || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = document.getElementById("global-search");
    if (search && search.offsetParent !== null) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "?") {
    const keys = document.getElementById("keys");
    if (keys && keys.showModal) keys.showModal();
  }
});

const switchBox = document.querySelector("[data-single-keys]");
if (switchBox) {
  switchBox.checked = singleKeys();
  switchBox.addEventListener("change", () => {
    window.localStorage.setItem(SINGLE_KEYS, switchBox.checked ? "on" : "off");
  });
}

// -- htmx -----------------------------------------------------------------------------------

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
});

// A log-in that ran out answers with another page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!xhr.responseURL) return;
  const asked = new URL(requestConfig.path, window.location.href);
  if (new URL(xhr.responseURL).pathname !== asked.pathname) {
    event.detail.shouldSwap = false;
    window.location.assign(window.location.href);
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const list = document.getElementById(event.detail.target.id);
  const total = list && list.querySelector(".pager-total, .empty-title");
  if (total) announce(total.textContent);
  focusSummary();
});

function failed() {
  const text = "没有取到数据：网络不通或服务器忙。请稍后再试，或按 F5 刷新页面。";
  const main = document.getElementById("main");
  if (main && !main.querySelector("[data-failed]")) {
    const line = document.createElement("div");
    line.className = "flash flash-error";
    line.dataset.failed = "";
    line.setAttribute("role", "alert");
    line.textContent = text;
    main.querySelector(".crumbs, h1").after(line);
  }
}
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:beforeRequest", () => {
  for (const line of document.querySelectorAll("[data-failed]")) line.remove();
});

// -- faults ---------------------------------------------------------------------------------

function focusSummary() {
  const summary = document.querySelector("[data-error-summary]");
  if (summary && !summary.dataset.seen) {
    summary.dataset.seen = "1";
    summary.focus();
  }
}
focusSummary();

document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  if (!link) return;
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
});

// -- jobs that run: ask every two seconds, stop when done ------------------------------------

async function poll(job) {
  let stage = job.querySelector("[data-stage]")?.textContent;
  let current = job;
  while (current?.dataset.poll) {
    await new Promise((go) => window.setTimeout(go, Number(current.dataset.poll)));
    if (document.hidden) continue;
    let text;
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) continue;
      text = await answer.text();
    } catch {
      continue;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    const next = page.getElementById(current.id);
    // a page that has gone on to what comes next no longer shows the job at all
    if (!next?.dataset.poll) {
      window.location.reload();
      return;
    }
    current.replaceWith(next);
    current = next;
    const now = next.querySelector("[data-stage]")?.textContent;
    if (now && now !== stage) announce(now);
    stage = now;
  }
}
for (const job of document.querySelectorAll("[data-job][data-poll]")) poll(job);
