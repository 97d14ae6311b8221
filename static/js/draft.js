// Unsent forms: kept every 20 seconds, on blur and by Ctrl+S. Files: sent when they are chosen.

const EVERY = 20000; // ms
const REST = 400; // ms after leaving a field

function keeper(mark) {
  const form = mark.closest("form");
  if (!form) return;
  const said = form.querySelector("[data-draft-said]");
  let dirty = false;
  let composing = false;
  let busy = null;
  let timer = 0;

  const paused = () => mark.hasAttribute("data-paused");

  function say(text) {
    if (said) said.textContent = text;
  }

  async function keep(leaving) {
    if (!dirty || composing || form.dataset.sending || paused()) return;
    dirty = false;
    const data = new FormData(form);
    data.set("_address", mark.dataset.address);
    data.set("_form", data.get("_key") || "");
    for (const name of ["_key", "csrfmiddlewaretoken"]) data.delete(name);
    const token = document.querySelector('meta[name="csrf-token"]');
    busy = new AbortController();
    try {
      const answer = await fetch(mark.dataset.url, {
        method: "POST",
        body: new URLSearchParams(data),
        headers: { "X-CSRFToken": token ? token.content : "" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: Boolean(leaving),
        signal: leaving ? undefined : busy.signal,
      });
      if (answer.status === 200) say(await answer.text());
      else if (answer.status !== 204) {
        dirty = true;
        say("草稿没有保存，请稍后再试或按“存草稿”");
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      dirty = true;
      say("网络不通，草稿还没有保存");
    }
  }

  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("change", () => { dirty = true; });
  form.addEventListener("compositionstart", () => { composing = true; });
  form.addEventListener("compositionend", () => { composing = false; dirty = true; });
  form.addEventListener("focusout", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => keep(false), REST);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    if (busy) busy.abort();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key.toLowerCase() !== "s") return;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (paused()) {
      say("请先选择继续或放弃上次的草稿");
      return;
    }
    dirty = true;
    keep(false);
  });
  window.setInterval(() => keep(false), EVERY);
}

document.querySelectorAll("[data-draft]").forEach(keeper);

// Files are sent as soon as they are chosen or dropped; without script the button does it.
function send(zone) {
  const form = zone.closest("form[data-upload]");
  const input = form && form.querySelector("input[type=file]");
  if (input && input.files.length && form.requestSubmit && !form.dataset.sending) form.requestSubmit();
}

document.addEventListener("change", (event) => {
  if (event.target.closest("form[data-upload]")) send(event.target);
});
document.addEventListener("drop", (event) => {
  if (event.target instanceof Element) window.setTimeout(() => send(event.target), 0);
});

// Ctrl+S on the page to check keeps the contact.
const check = document.querySelector('form[data-entry] button[name="_save"]');
if (check && !document.querySelector("[data-draft]")) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    check.click();
  });
}
