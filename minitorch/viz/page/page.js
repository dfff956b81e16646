// Draws the graph, steps through it forward and backward, folds and unfolds modules, and tells about each node.
"use strict";

const graph = JSON.parse(document.getElementById("graph").textContent);
const { nodes, groups } = graph;
for (const node of nodes) {  // what is empty was left out
  node.inputs ??= [];
  node.path ??= [];
  node.grads ??= node.shapes.map(() => null);
}
const get = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

const unfolded = new Set(graph.unfolded);
let scene, step = 0, chosen = null, scale = 1, timer = 0;

const chain = (g) => (g < 0 ? [] : [...chain(groups[g].parent), g]);
const key = (item) => item.what + item.number;

function itemOf(number) {
  for (const g of chain(nodes[number].group)) if (!unfolded.has(g)) return { what: "group", number: g };
  return { what: "node", number };
}

// What is drawn, each item after those that its edges come from.
function buildScene() {
  const shown = nodes.map((_, i) => itemOf(i)), last = new Map(), place = new Map();
  shown.forEach((item, i) => last.set(key(item), { ...item, at: i }));
  const items = [...last.values()].sort((a, b) => a.at - b.at);
  items.forEach((item, i) => {
    place.set(key(item), i);
    const source = item.what === "node" ? nodes[item.number] : groups[item.number];
    item.kind = item.what === "node" ? source.kind : "group";
    item.lines = source.lines;
    item.hint = item.what === "group" ? `module ${source.name} (${source.type}), folded`
      : [source.kind, source.op, source.name, source.shapes.map((x) => `(${x.join(", ")})`).join(" ")].filter(Boolean).join(" ");
    item.width = source.size[0];
    item.height = source.size[1];
    item.around = chain(item.what === "node" ? source.group : source.parent);
    item.isInput = item.kind === "leaf" || item.kind === "constant";
    item.ops = [];
    item.users = new Set();
  });
  const edges = new Map();
  nodes.forEach((node, i) => {
    const to = place.get(key(shown[i]));
    if (node.kind === "op") items[to].ops.push(i);
    for (const input of node.inputs) {
      const from = place.get(key(shown[input.source]));
      if (from !== to) { edges.set(from + " " + to, [from, to]); items[from].users.add(to); }
    }
  });
  const order = items.map((item, i) => i).filter((i) => items[i].ops.length);
  order.forEach((i, k) => { items[i].turn = k + 1; });
  return { items, order, place, ...layout(items.slice(), [...edges.values()]) };
}

const make = (tag, attributes = {}, ...inner) => {
  const element = document.createElementNS(SVG, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...inner);
  return element;
};
const html = (tag, text = "", cls = "") => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (cls) element.className = cls;
  return element;
};

function onPress(element, action) {
  element.addEventListener("click", action);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); action(); }
  });
}

function draw() {
  scene = buildScene();
  const { items, boxes, routes, frames, width, height } = scene;
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `graph of ${items.length} items` });
  const head = (id, cls) => make("marker", {
    id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse",
  }, make("path", { class: cls, d: "M0,0 L8,4 L0,8 z" }));
  scene.names = new Map();
  svg.append(make("defs", {}, head("head", "head"), head("hot", "head hot")));
  for (const g of [...frames.keys()].sort((a, b) => a - b)) {
    const [left, top, right, bottom] = frames.get(g);
    svg.append(make("rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top, rx: 6 }));
    const name = make("text", {
      class: "name", x: left + 6, y: top + 13, role: "button", tabindex: 0, "aria-label": `fold ${groups[g].name}`,
    }, "− " + groups[g].name, make("title", {}, `${groups[g].name} (${groups[g].type}): fold`));
    onPress(name, () => toggle(g));
    scene.names.set(g, name);
    svg.append(name);
  }
  scene.paths = routes.map((route) => {
    const points = route.map((i) => [boxes[i].x, boxes[i].y]);
    points[0][1] += boxes[route[0]].height / 2;
    points[points.length - 1][1] -= boxes[route[route.length - 1]].height / 2;
    let d = "M" + points[0];
    for (let k = 1; k < points.length; k++) {
      const [x, y] = points[k - 1], [u, v] = points[k], middle = (y + v) / 2;
      d += ` C${x},${middle} ${u},${middle} ${u},${v}`;
    }
    const path = make("path", { d });
    svg.append(path);
    return { path, from: route[0], to: route[route.length - 1] };
  });
  items.forEach((item, i) => {
    const box = boxes[i], x = box.x - box.width / 2, y = box.y - box.height / 2;
    const g = make("g", { role: "button", tabindex: 0 }, make("title", {}, item.hint),
      make("rect", { x, y, width: box.width, height: box.height, rx: item.kind === "leaf" ? 12 : 5 }));
    item.texts = item.lines.map((line, k) => make("text", { x: box.x, y: y + 17 + graph.line * k, class: k ? "more" : "" }, line));
    g.append(...item.texts);
    onPress(g, () => {
      if (item.kind === "group") toggle(item.number);
      else { chosen = key(item); show(); }
    });
    item.element = g;
    svg.append(g);
  });
  scene.svg = svg;
  get("picture").replaceChildren(svg);
  get("slider").max = graph.steps ? 2 * scene.order.length : 0;
  zoom(1);
}

function zoom(factor) {
  scale = Math.min(3, Math.max(0.15, scale * factor));
  scene.svg.setAttribute("width", scene.width * scale);
  scene.svg.setAttribute("height", scene.height * scale);
}

function toggle(g) {
  const current = graph.steps && step ? currentItem() : null;
  const anchor = current && (current.ops[current.ops.length - 1]), backward = step > scene.order.length;
  unfolded.has(g) ? unfolded.delete(g) : unfolded.add(g);
  chosen = unfolded.has(g) ? null : "group" + g;
  redraw(anchor, backward);
  (scene.names.get(g) ?? scene.items[scene.place.get("group" + g)].element).focus();
}

function redraw(anchor, backward) {
  draw();
  if (anchor !== undefined && anchor !== null) {
    const turn = scene.items[scene.place.get(key(itemOf(anchor)))].turn;
    step = backward ? 2 * scene.order.length + 1 - turn : turn;
  }
  step = Math.min(step, 2 * scene.order.length);
  show();
}

function currentItem() {
  const n = scene.order.length;
  if (!graph.steps || !step) return null;
  return scene.items[scene.order[step <= n ? step - 1 : 2 * n - step]];
}

// Whether an item has its value, and its whole gradient, at this step.
function hasValue(item) { return !graph.steps || item.isInput || step >= item.turn; }
function hasGradient(item, i) {
  if (!graph.steps) return false;
  const n = scene.order.length, taken = (turn) => step >= 2 * n + 1 - turn;
  return item.isInput ? step > n && [...item.users].every((u) => taken(scene.items[u].turn)) : taken(item.turn);
}

function show() {
  const now = currentItem(), n = scene.order.length, backward = step > n;
  scene.items.forEach((item, i) => {
    const visible = hasValue(item), full = hasGradient(item, i);
    item.element.setAttribute("class", [item.kind, visible ? "" : "later", item === now ? "now" : "",
      chosen === key(item) ? "chosen" : ""].join(" "));
    const node = item.what === "node" ? nodes[item.number] : null;
    item.texts.forEach((text, k) => {
      const isGradient = node && graph.steps && node.roles[k] === "g", isValue = node && node.roles[k] === "v";
      text.style.visibility = (isGradient && !full) || (isValue && !visible) ? "hidden" : "";
      if (isGradient) text.setAttribute("class", "gradient");
    });
    item.element.setAttribute("aria-label", item.lines.filter((_, k) => item.texts[k].style.visibility === "").join(", ")
      + (item.kind === "group" ? ", folded module" : ""));
    if (item.kind === "group") item.element.setAttribute("aria-expanded", "false");
  });
  for (const { path, from, to } of scene.paths) {
    const hot = now && scene.items[to] === now && !(backward && scene.items[from].kind === "constant");
    path.setAttribute("class", hot ? "hot" : "");
    path.setAttribute(hot && backward ? "marker-start" : "marker-end", `url(#${hot ? "hot" : "head"})`);
    path.removeAttribute(hot && backward ? "marker-end" : "marker-start");
  }
  if (graph.steps) {
    get("slider").value = step;
    for (const id of ["first", "back"]) get(id).disabled = step === 0;
    for (const id of ["next", "last"]) get(id).disabled = step === 2 * n;
    const what = now && now.lines[0];
    const text = !step ? `start: ${n} steps forward, ${n} back`
      : backward ? `backward ${step - n} of ${n}: ${what}` : `forward ${step} of ${n}: ${what}`;
    get("status").textContent = text;
    get("slider").setAttribute("aria-valuetext", text);
  } else get("status").textContent = `${graph.ops} ops`;
  const item = chosen ? scene.items[scene.place.get(chosen)] : now;
  tell(item ?? null);
}

function go(to) {
  step = Math.min(2 * scene.order.length, Math.max(0, to));
  chosen = null;
  show();
  const now = currentItem();
  if (now) reveal(scene.boxes[scene.items.indexOf(now)]);
}

function reveal(box) {
  const pane = get("picture"), margin = 60;
  const x = box.x * scale + scene.svg.getBoundingClientRect().left - pane.getBoundingClientRect().left, y = box.y * scale;
  if (y < pane.scrollTop + margin || y > pane.scrollTop + pane.clientHeight - margin) pane.scrollTop = y - pane.clientHeight / 2;
  if (x < margin || x > pane.clientWidth - margin) pane.scrollLeft += x - pane.clientWidth / 2;
}

// The panel on the side ------------------------------------------------------------------------------------

function value(parent, found, absent) {
  if (!found) { parent.append(html("p", absent, "soft")); return; }
  parent.append(html("p", `${found.shape.length ? found.shape.join(" × ") : "one number"}, ${found.dtype}`, "soft"), html("pre", found.long));
  if (found.bars && found.bars.length) {
    const bars = html("div", "", "bars"), most = Math.max(...found.bars);
    bars.setAttribute("role", "img");
    bars.setAttribute("aria-label", "histogram: " + found.bars.join(", "));
    for (const bar of found.bars) bars.append(Object.assign(html("i"), { style: `height:${(100 * bar) / most}%` }));
    parent.append(bars);
  }
}

function tell(item) {
  const panel = get("details"), inner = document.createDocumentFragment();
  if (!item) {
    inner.append(html("h2", graph.steps ? "Step through the graph" : "The recorded graph"),
      html("p", graph.steps ? "→ and ← go from op to op: first forward, then backward. Choose a box to see what is known of it." :
        "Choose a box to see what is known of it."),
      html("p", "Purple boxes are modules: a click (or Enter) unfolds them; their name folds them again.", "soft"));
  } else if (item.kind === "group") tellGroup(inner, item);
  else tellNode(inner, item);
  panel.replaceChildren(inner);
  panel.scrollTop = 0;
}

function tellGroup(inner, item) {
  const group = groups[item.number];
  inner.append(html("h2", group.name), html("p", `${group.type}, ${item.ops.length} ops`, "soft"));
  const button = html("button", "unfold");
  button.onclick = () => toggle(item.number);
  inner.append(button, html("h3", "ops inside"), html("pre", item.ops.map((i) => nodes[i].lines[0]).join("\n")));
}

function tellNode(inner, item) {
  const node = nodes[item.number], done = hasValue(item), full = hasGradient(item);
  inner.append(html("h2", node.kind === "op" && node.name ? `${node.name} = ${node.op}` : node.op || node.name || node.kind));
  if (node.path.length) {
    const path = html("p", "", "path soft");
    path.append(node.path.map(([name, type]) => (name === type ? name : `${name} (${type})`)).join(" › "));
    inner.append(path);
  }
  if (node.kind === "leaf") inner.append(html("p", "a leaf: backward() adds to its .grad", "soft"));
  if (node.kind === "constant") inner.append(html("p", "it requires no gradient", "soft"));
  if (node.kind === "op") {
    const formula = graph.formulas[node.op];
    inner.append(html("h3", "formula"), html("pre", formula ? formula.replace(/; +|, +(?=d\S* =)/g, "\n") : "its docstring gives none", "wrap"));
    inner.append(html("h3", "made by"));
    if (node.line) {
      const [file, number, code, where] = node.line;
      inner.append(html("p", `${file}, line ${number}` + (where === "<module>" ? "" : `, in ${where}`), "soft"), html("pre", code || "(its text is not known)", "wrap"));
    } else inner.append(node.made ? html("pre", node.made, "wrap") : html("p", "Not noted: compute it inside `with viz.watch():`.", "soft"));
  }
  node.values.forEach((found, k) => {
    inner.append(html("h3", node.values.length > 1 ? `result ${k}` : node.kind === "op" ? "result" : "value"));
    value(inner, done ? found : null, done ? `${node.shapes[k].join(" × ")}; the value was not kept: compute it inside \`with viz.watch():\`.` : "not computed yet");
  });
  if (graph.steps && node.kind !== "constant") node.grads.forEach((found, k) => {
    inner.append(html("h3", node.kind === "op" ? "incoming gradient g" : "gradient"));
    value(inner, full ? found : null, full ? "none arrives" : "not there yet");
  });
  if (node.inputs.length) inner.append(html("h3", "inputs"));
  for (const input of node.inputs) tellInput(inner, input, full);
  if (graph.sources[node.op]) inner.append(html("h3", "the code that ran"), html("p", graph.sources[node.op], "mono"));
}

function tellInput(inner, input, full) {
  const row = html("div", "", "input"), from = nodes[input.source], button = html("button", from.lines[0]);
  button.onclick = () => { chosen = key(itemOf(input.source)); show(); };
  row.append(html("code", input.name + " "), button);
  if (input.local) {
    row.append(html("h3", "local derivative" + (input.local.kind ? `, ${input.local.kind}` : "")), html("pre", input.local.text));
  }
  if (graph.steps && from.kind !== "constant") {
    row.append(html("h3", "gradient sent to it"));
    value(row, full ? input.sent : null, full ? "none" : "not there yet");
  }
  inner.append(row);
}

// What the reader does -------------------------------------------------------------------------------------

function stop() {
  clearInterval(timer);
  timer = 0;
  get("play").textContent = "▶ run";
  get("play").setAttribute("aria-label", "run");
}
function play() {
  if (timer) return stop();
  if (step === 2 * scene.order.length) go(0);
  get("play").textContent = "❚❚ stop";
  get("play").setAttribute("aria-label", "stop");
  timer = setInterval(() => { go(step + 1); if (step === 2 * scene.order.length) stop(); }, 900);
}
function foldAll(open) {
  const current = currentItem(), anchor = current && current.ops[current.ops.length - 1], backward = step > scene.order.length;
  unfolded.clear();
  if (open) groups.forEach((_, g) => unfolded.add(g));
  chosen = null;
  redraw(anchor, backward);
}
const actions = {
  first: () => go(0), back: () => go(step - 1), next: () => go(step + 1), last: () => go(Infinity),
  fold: () => foldAll(false), unfold: () => foldAll(true), smaller: () => zoom(1 / 1.25), larger: () => zoom(1.25),
  theme: () => document.documentElement.classList.toggle("dark"),
};
for (const id in actions) get(id).onclick = () => { stop(); actions[id](); };
get("play").onclick = play;
get("slider").oninput = (event) => { stop(); go(+event.target.value); };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const names = { "+": "larger", "-": "smaller" };
  if (graph.steps) Object.assign(names, { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last" });
  if (graph.steps && event.key.toLowerCase() === "p") return play();
  const name = names[event.key];
  if (!name) return;
  event.preventDefault();
  get(name).click();
});
if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.classList.add("dark");
get("steps").hidden = !graph.steps;
for (const id of ["fold", "unfold"]) get(id).hidden = !groups.length;
draw();
scale = Math.min(1, Math.max(0.5, (get("picture").clientWidth || 700) / scene.width));
zoom(1);
show();
