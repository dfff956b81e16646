// The layout of layout.py, line by line, for the reader who folds and unfolds modules.
"use strict";

const SWEEPS = 8, GAP_X = 22, GAP_Y = 38, MARGIN = 16, PAD = 6, TITLE = 18;

function layout(boxes, edges) {
  const real = boxes.length;
  for (const box of boxes) Object.assign(box, { x: 0, y: 0, layer: 0, up: [], down: [] });
  setLayers(boxes, edges);
  const routes = bend(boxes, edges);
  const layers = [];
  boxes.forEach((box, i) => (layers[box.layer] ??= []).push(i));
  order(boxes, layers);
  place(boxes, layers);
  const extra = roomForTitles(boxes.slice(0, real), layers);
  let y = 0;
  layers.forEach((layer, k) => {
    const height = Math.max(...layer.map((i) => boxes[i].height));
    y += extra[k];
    for (const i of layer) boxes[i].y = y + height / 2;
    y += height + GAP_Y;
  });
  const frames = framesAround(boxes.slice(0, real));
  const all = boxes.map(rectangle).concat([...frames.values()]);
  const bound = (k, pick) => all.reduce((best, r) => pick(best, r[k]), all[0][k]);
  const left = MARGIN - bound(0, Math.min), top = MARGIN - bound(1, Math.min);
  const width = bound(2, Math.max) + left + MARGIN, height = bound(3, Math.max) + top + MARGIN;
  for (const box of boxes) { box.x += left; box.y += top; }
  for (const r of frames.values()) { r[0] += left; r[1] += top; r[2] += left; r[3] += top; }
  return { boxes, routes, frames, width, height };
}

function rectangle(b) {
  return [b.x - b.width / 2, b.y - b.height / 2, b.x + b.width / 2, b.y + b.height / 2];
}

function common(a, b) {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  return a.slice(0, same);
}

function setLayers(boxes, edges) {
  const after = boxes.map(() => []), entered = new Map(), first = new Map();
  const entering = (a, b) => b.around.slice(common(a.around, b.around).length);
  const begin = (box) => {
    for (const g of box.around) first.set(g, Math.min(first.get(g) ?? box.layer, box.layer));
  };
  for (const [a, b] of edges) after[a].push(b);
  const lowest = new Map(), left = boxes.map(() => new Set());
  boxes.forEach((box, a) => {
    for (const g of box.around) box.layer = Math.max(box.layer, entered.get(g) ?? 0);
    for (const g of left[a]) box.layer = Math.max(box.layer, lowest.get(g) + 1);
    for (const g of box.around) lowest.set(g, Math.max(lowest.get(g) ?? 0, box.layer));
    for (const b of after[a]) {
      for (const g of entering(boxes[b], box)) left[b].add(g);
      boxes[b].layer = Math.max(boxes[b].layer, box.layer + 1);
      if (box.isInput) continue;
      for (const g of entering(box, boxes[b])) entered.set(g, Math.max(entered.get(g) ?? 0, box.layer + 1));
    }
  });
  for (const box of boxes) if (!box.isInput) begin(box);
  const inputs = [...boxes.keys()].filter((a) => boxes[a].isInput && after[a].length);
  for (const a of inputs.sort((a, b) => boxes[b].around.length - boxes[a].around.length)) {
    const box = boxes[a];
    box.layer = Math.min(...after[a].map((b) => {
      const [outer] = entering(box, boxes[b]);
      return outer === undefined ? boxes[b].layer : first.get(outer);
    })) - 1;
    begin(box);
  }
  const highest = boxes.reduce((least, box) => Math.min(least, box.layer), boxes[0].layer);
  for (const box of boxes) box.layer -= highest;
}

function bend(boxes, edges) {
  const chains = new Map(), routes = [];
  const sorted = edges.slice().sort((p, q) => p[0] - q[0] || boxes[p[1]].layer - boxes[q[1]].layer);
  const connect = (a, b) => { boxes[a].down.push(b); boxes[b].up.push(a); };
  for (const [a, b] of sorted) {
    if (!chains.has(a)) chains.set(a, [a]);
    const chain = chains.get(a), span = boxes[b].layer - boxes[a].layer;
    while (chain.length < span) {
      boxes.push({
        width: 8, height: 0, around: common(boxes[a].around, boxes[b].around), isInput: false,
        x: 0, y: 0, layer: boxes[a].layer + chain.length, up: [], down: [],
      });
      connect(chain[chain.length - 1], boxes.length - 1);
      chain.push(boxes.length - 1);
    }
    connect(chain[span - 1], b);
    routes.push([...chain.slice(0, span), b]);
  }
  return routes;
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

function order(boxes, layers) {
  const at = [];
  for (const layer of layers) layer.forEach((i, k) => { at[i] = k; });
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.slice().reverse()) {
      const wish = new Map(), sums = new Map();
      for (const i of layer) {
        const near = down ? boxes[i].up : boxes[i].down;
        wish.set(i, near.length ? mean(near.map((j) => at[j])) : at[i]);
        for (const g of boxes[i].around) sums.set(g, [...(sums.get(g) ?? []), wish.get(i)]);
      }
      const keys = new Map(layer.map((i) => [
        i, [...boxes[i].around.map((g) => [mean(sums.get(g)), g]), [wish.get(i), 1e9 + at[i]]].flat(),
      ]));
      layer.sort((i, j) => {
        const a = keys.get(i), b = keys.get(j);
        for (let k = 0; k < Math.min(a.length, b.length); k++) if (a[k] !== b[k]) return a[k] - b[k];
        return a.length - b.length;
      });
      layer.forEach((i, k) => { at[i] = k; });
    }
  }
}

function place(boxes, layers) {
  for (const layer of layers) {
    let x = 0;
    for (const i of layer) { boxes[i].x = x + boxes[i].width / 2; x += boxes[i].width + GAP_X; }
    for (const i of layer) boxes[i].x -= (x - GAP_X) / 2;
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.slice().reverse()) {
      settle(boxes, layer, layer.map((i) => {
        const near = down ? boxes[i].up : boxes[i].down;
        return near.length ? mean(near.map((j) => boxes[j].x)) : boxes[i].x;
      }));
    }
  }
}

function settle(boxes, layer, wishes) {
  const offsets = [], blocks = [];
  let offset = 0;
  layer.forEach((i, k) => {
    if (k) offset += (boxes[layer[k - 1]].width + boxes[i].width) / 2 + GAP_X;
    offsets.push(offset);
  });
  layer.forEach((i, k) => {
    const weight = boxes[i].height ? 1 : 4;
    blocks.push([weight * (wishes[k] - offsets[k]), weight, 1]);
    for (let n = blocks.length; n > 1 && blocks[n - 2][0] / blocks[n - 2][1] > blocks[n - 1][0] / blocks[n - 1][1]; n--) {
      const last = blocks.pop();
      blocks[n - 2] = blocks[n - 2].map((a, m) => a + last[m]);
    }
  });
  let k = 0;
  for (const [total, weight, count] of blocks)
    for (let n = 0; n < count; n++, k++) boxes[layer[k]].x = total / weight + offsets[k];
}

function roomForTitles(boxes, layers) {
  const first = new Map(), last = new Map();
  for (const box of boxes) for (const g of box.around) {
    first.set(g, Math.min(first.get(g) ?? box.layer, box.layer));
    last.set(g, Math.max(last.get(g) ?? box.layer, box.layer));
  }
  const begin = layers.map(() => 0), end = [0, ...begin];
  for (const box of boxes) {
    const l = box.layer;
    begin[l] = Math.max(begin[l], box.around.filter((g) => first.get(g) === l).length);
    end[l + 1] = Math.max(end[l + 1], box.around.filter((g) => last.get(g) === l).length);
  }
  return begin.map((count, l) => TITLE * count + PAD * end[l]);
}

function framesAround(boxes) {
  const depth = new Map(), inside = new Map(), parent = new Map(), frames = new Map();
  const add = (g, r) => inside.set(g, [...(inside.get(g) ?? []), r]);
  for (const box of boxes) {
    box.around.forEach((g, level) => {
      depth.set(g, level);
      if (level) parent.set(g, box.around[level - 1]);
    });
    if (box.around.length) add(box.around[box.around.length - 1], rectangle(box));
  }
  for (const g of [...depth.keys()].sort((a, b) => depth.get(b) - depth.get(a))) {
    const parts = inside.get(g), of = (k, pick) => pick(...parts.map((r) => r[k]));
    const frame = [of(0, Math.min) - PAD, of(1, Math.min) - TITLE, of(2, Math.max) + PAD, of(3, Math.max) + PAD];
    frames.set(g, frame);
    if (parent.has(g)) add(parent.get(g), frame.slice());
  }
  return frames;
}
