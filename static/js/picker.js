// A combobox: text box, list of suggestions from the server, hidden key.
// Never asks between compositionstart and compositionend.

const WAIT = 180; // ms of rest before asking

function picker(root) {
  if (root.dataset.ready) return;
  root.dataset.ready = "1";
  const input = root.querySelector("[role=combobox]");
  const key = root.querySelector("input[type=hidden]");
  const list = root.querySelector("[role=listbox]");
  let composing = false;
  let timer = 0;
  let asked = 0;
  let active = -1;

  const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) {
      active = -1;
      input.removeAttribute("aria-activedescendant");
    }
  }

  function mark(index) {
    const all = options();
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    key.value = option.dataset.value;
    input.value = option.dataset.label;
    show(false);
    key.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function ask() {
    const turn = ++asked;
    const url = new URL(root.dataset.url, window.location.href);
    url.searchParams.set("q", input.value.trim());
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected || turn !== asked) return;
      list.innerHTML = await answer.text();
    } catch {
      return; // the typed text still counts on the server
    }
    if (turn !== asked) return;
    options().forEach((option, i) => { option.id = `${list.id}-${i}`; });
    active = -1;
    show(document.activeElement === input);
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, WAIT);
  }

  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; key.value = ""; later(); });
  input.addEventListener("input", (event) => {
    if (composing || event.isComposing) return;
    key.value = "";
    later();
  });
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) ask();
      else mark(active < 0 && step < 0 ? -1 : active + step);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(options()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "Tab" && !list.hidden && active >= 0) {
      choose(options()[active]);
    }
  });
  input.addEventListener("blur", () => window.setTimeout(() => show(false), 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    event.preventDefault();
    if (option) choose(option);
  });
}

function prepare() {
  document.querySelectorAll("[data-picker]").forEach(picker);
}
document.addEventListener("htmx:afterSettle", prepare);
prepare();
