// Two minutes before a session ends for want of activity: say so, and let the reader go on.

const WARN = 120; // seconds before the end
const box = document.getElementById("session-ending");
const idle = Number(document.body.dataset.idle);
let end = Date.now() + Math.min(idle, Number(document.body.dataset.left)) * 1000;

function again() {
  end = Date.now() + idle * 1000;
  box.hidden = true;
}

// whatever htmx asks the server for counts as activity there
document.addEventListener("htmx:afterRequest", again);

box.querySelector("[data-go-on]").addEventListener("click", async () => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch("/accounts/alive/", {
    method: "POST",
    headers: { "X-CSRFToken": token },
    redirect: "manual",
  }).catch(() => null);
  if (answer && answer.status === 204) again();
  else box.querySelector("p").textContent = "登录已结束。现在提交，登录后可以接着办理。";
});

window.setInterval(() => {
  const left = Math.round((end - Date.now()) / 1000);
  if (left > WARN) return;
  const words = left > 60 ? `${Math.ceil(left / 60)} 分钟` : `${Math.max(left, 0)} 秒`;
  const place = box.querySelector("[data-left]");
  if (place) place.textContent = words;
  box.hidden = false;
}, 1000);
