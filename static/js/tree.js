// A tree by keyboard: arrows, Home, End, letters; children come when a node is opened.

const item = (li) => li.querySelector(":scope > .tree-line > [role=treeitem]");

function visible(tree) {
  return [...tree.querySelectorAll("[role=treeitem]")].filter((node) => node.offsetParent !== null);
}

function focus(tree, node) {
  if (!node) return;
  for (const other of tree.querySelectorAll("[role=treeitem][tabindex='0']")) other.tabIndex = -1;
  node.tabIndex = 0;
  node.focus();
}

function show(node) {
  node.parentElement.classList.toggle("is-open", node.getAttribute("aria-expanded") === "true");
}

function prepare(tree) {
  const nodes = [...tree.querySelectorAll("[role=treeitem]")];
  const kept = nodes.find((node) => node.tabIndex === 0 && node.dataset.known);
  for (const node of nodes) {
    if (!node.dataset.known) {
      node.dataset.known = "1";
      node.tabIndex = -1;
    }
    show(node);
  }
  const first = kept || nodes.find((node) => node.getAttribute("aria-current")) || nodes[0];
  if (first) first.tabIndex = 0;
}

function line(text, css) {
  const li = document.createElement("li");
  li.setAttribute("role", "none");
  li.className = css;
  li.textContent = text;
  return li;
}

async function open(tree, node) {
  const li = node.closest("li");
  let group = li.querySelector(":scope > [role=group]");
  node.setAttribute("aria-expanded", "true");
  show(node);
  if (group && !group.dataset.failed) {
    group.hidden = false;
    return;
  }
  if (group) group.remove();
  group = document.createElement("ul");
  group.setAttribute("role", "group");
  group.append(line("正在展开……", "tree-wait"));
  li.append(group);
  node.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(node.dataset.children, {
      headers: { "HX-Request": "true" },
      credentials: "same-origin",
    });
    if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
    group.innerHTML = await answer.text();
    for (const child of group.querySelectorAll("[role=treeitem]")) {
      child.setAttribute("aria-level", String(Number(node.getAttribute("aria-level")) + 1));
    }
  } catch {
    group.dataset.failed = "1";
    group.replaceChildren(line("没有取到下级，请收起后再展开一次", "tree-fault"));
  }
  node.removeAttribute("aria-busy");
  prepare(tree);
}

function fold(node) {
  node.setAttribute("aria-expanded", "false");
  show(node);
  const group = node.closest("li").querySelector(":scope > [role=group]");
  if (group) group.hidden = true;
}

function toggle(tree, node) {
  if (node.getAttribute("aria-expanded") === "true") fold(node);
  else open(tree, node);
}

let typed = "";
let typedAt = 0;

function seek(tree, node, letter) {
  const now = Date.now();
  typed = now - typedAt < 700 ? typed + letter : letter;
  typedAt = now;
  const all = visible(tree);
  const from = all.indexOf(node) + (typed.length > 1 ? 0 : 1);
  const order = [...all.slice(from), ...all.slice(0, from)];
  const hit = order.find((n) => n.querySelector(".tree-name").textContent.startsWith(typed)
    || (n.dataset.initials || "").startsWith(typed.toLowerCase()));
  if (hit) focus(tree, hit);
}

document.addEventListener("click", (event) => {
  const twisty = event.target.closest("[data-tree] .twisty");
  if (!twisty) return;
  event.preventDefault();
  const node = twisty.parentElement.querySelector("[role=treeitem]");
  if (node.hasAttribute("aria-expanded")) toggle(twisty.closest("[data-tree]"), node);
});

document.addEventListener("keydown", (event) => {
  const node = event.target.closest && event.target.closest("[data-tree] [role=treeitem]");
  if (!node || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const tree = node.closest("[data-tree]");
  const all = visible(tree);
  const at = all.indexOf(node);
  const expanded = node.getAttribute("aria-expanded");
  const group = node.closest("li").parentElement.closest("li");
  if (event.key === "ArrowDown") focus(tree, all[at + 1]);
  else if (event.key === "ArrowUp") focus(tree, all[at - 1]);
  else if (event.key === "Home") focus(tree, all[0]);
  else if (event.key === "End") focus(tree, all[all.length - 1]);
  else if (event.key === "ArrowRight") {
    if (expanded === "false") open(tree, node);
    else if (expanded === "true") focus(tree, all[at + 1]);
  } else if (event.key === "ArrowLeft") {
    if (expanded === "true") fold(node);
    else if (group) focus(tree, item(group));
  } else if (event.key.length === 1 && event.key !== " ") seek(tree, node, event.key);
  else return; // Enter follows the link by itself
  event.preventDefault();
});

function all() {
  document.querySelectorAll("[data-tree]").forEach(prepare);
}
document.addEventListener("htmx:afterSettle", all);
all();
