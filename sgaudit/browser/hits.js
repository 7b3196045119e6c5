// What really lies at a point: the thing itself, or something over it. Needs dom.js and sight.js.
const areaBox = (el) => {
  const map = parentElementOf(el) && el.closest("map");
  const name = map && (attr(map, "name") || attr(map, "id"));
  const used = name && usemaps.get(name);
  if (!used) return { why: "not-rendered", rect: null, image: null };
  const box = pageRect(rectOf(used.el));
  const shape = (attr(el, "shape") || "rect").toLowerCase();
  const at = (attr(el, "coords") || "").split(/[ ,;]+/).map(Number).filter(Number.isFinite);
  let rect = box;
  if (/^circ/.test(shape) && at.length >= 3) rect = { left: box.left + at[0] - at[2], top: box.top + at[1] - at[2], right: box.left + at[0] + at[2], bottom: box.top + at[1] + at[2] };
  else if (/^poly/.test(shape) && at.length >= 6) {
    const xs = at.filter((_, i) => i % 2 === 0), ys = at.filter((_, i) => i % 2 === 1);
    rect = { left: box.left + Math.min(...xs), right: box.left + Math.max(...xs), top: box.top + Math.min(...ys), bottom: box.top + Math.max(...ys) };
  } else if (shape !== "default" && at.length >= 4) {
    rect = { left: box.left + Math.min(at[0], at[2]), right: box.left + Math.max(at[0], at[2]), top: box.top + Math.min(at[1], at[3]), bottom: box.top + Math.max(at[1], at[3]) };
  }
  const seenPart = meet(rect, box);
  return { why: used.record.why || (shows(seenPart) ? "" : "zero-size"), rect: seenPart, image: used };
};

const deepest = (x, y) => {
  let root = document, found = null;
  for (let i = 0; i < 20; i += 1) {
    const at = (root instanceof Document ? Document : ShadowRoot).prototype.elementFromPoint.call(root, x, y);
    if (!at || at === found) break;
    found = at;
    const shadow = shadowOf(at);
    if (!shadow) break;
    root = shadow;
  }
  return found;
};
const parentOf = (el) => {
  const slot = el.assignedSlot;
  if (slot) return slot;
  const parent = parentElementOf(el);
  if (parent) return parent;
  const root = rootOf(el);
  return root instanceof ShadowRoot ? root.host : null;
};
const isWithin = (el, outer) => {
  for (let at = el, i = 0; at && i < 600; at = parentOf(at), i += 1) if (at === outer) return true;
  return false;
};
const layerOf = (el, control) => {
  let layer = el;
  for (let at = el, i = 0; at && i < 600; at = parentOf(at), i += 1) {
    if (isWithin(control, at)) break;
    layer = at;
    if (/fixed|sticky/.test(styleOf(at).position)) break;
  }
  return layer;
};
const described = (el, control) => {
  if (!el) return "nothing of this page";
  const layer = layerOf(el, control);
  const text = cut(tidy(layer.innerText || ""), 60);
  let shown = Boolean(text) || /^(img|video|canvas|svg|iframe|object)$/.test(tagOf(el));
  for (let at = el, i = 0; !shown && at && i < 50; at = parentOf(at), i += 1) {
    const style = styleOf(at), paint = colour(style.backgroundColor);
    shown = parseFloat(style.opacity) > 0.1 && (style.backgroundImage !== "none" || !paint || paint.a > 0.1);
    if (at === layer) break;
  }
  if (isWithin(control, el)) return `${selectorOf(el)}, which surrounds it`;
  return `${selectorOf(layer)}${text ? ` “${text}”` : shown ? "" : ", an invisible layer"}`;
};
const targetRect = (record) => {
  if (record.tag === "area") {
    const { image } = areaBox(record.el);
    if (!image) return null;
    const box = areaBox(record.el).rect;
    return { left: box.left - window.scrollX, top: box.top - window.scrollY, right: box.right - window.scrollX, bottom: box.bottom - window.scrollY };
  }
  if (record.over) return rectOf(record.over);
  let best = null, space = 0;
  const consider = (rect) => {
    const here = rect.width * rect.height;
    if (here > space) [best, space] = [rect, here];
  };
  for (const rect of rectsOf(record.el)) consider(rect);
  for (const image of record.images) if (!image.why && image.el !== record.el) consider(rectOf(image.el));
  return best;
};
const tryHit = (record) => {
  const rect = targetRect(record);
  if (!rect) return;
  const x = (rect.left + rect.right) / 2, y = (rect.top + rect.bottom) / 2;
  if (x < 0 || y < 0 || x >= window.innerWidth || y >= window.innerHeight) return;
  const at = deepest(x, y);
  const label = at && at.closest && at.closest("label");
  const used = record.tag === "area" ? areaBox(record.el).image : null;
  if (at && (isWithin(at, record.el) || (used && at === used.el) || (label && label.control === record.el))) {
    record.hit = true;
    record.covered = "";
    return;
  }
  record.hit = false;
  record.covered = at && styleOf(record.el).pointerEvents === "none" ? "pointer-events: none" : described(at, record.el);
};
const hits = async () => {
  const wanted = controls.filter((one) => !one.hidden).slice(0, LIMIT.hits);
  const spot = (one) => {
    const rect = targetRect(one);
    return rect ? (rect.top + rect.bottom) / 2 + window.scrollY : null;
  };
  jump(0, 0);
  await frame();
  for (const one of wanted) tryHit(one);
  for (let i = 0; i < 80; i += 1) {
    const left = wanted.filter((one) => one.hit !== true && !one.tried).map((one) => [one, spot(one)]).filter(([, y]) => y !== null);
    if (!left.length) break;
    const top = Math.min(...left.map(([, y]) => y));
    for (const part of [0.5, 0.2, 0.8]) {
      jump(0, top - window.innerHeight * part);
      if (part === 0.5) await frame();
      for (const [one, y] of left) if (one.hit !== true && y < top + window.innerHeight * 0.5) tryHit(one);
    }
    for (const [one, y] of left) if (y < top + window.innerHeight * 0.5) one.tried = true;
  }
  for (const one of wanted.filter((control) => control.hit !== true && control.ctx.inScroller).slice(0, 60)) {
    one.el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    tryHit(one);
  }
  for (const one of wanted) if (one.hit === undefined) one.hit = null;
};

// Text whose colour is that of its ancestors' background may still lie on a picture that is no ancestor: look there.
const stack = (el, x, y) => {
  const root = rootOf(el);
  return (root instanceof ShadowRoot ? ShadowRoot : Document).prototype.elementsFromPoint.call(root instanceof ShadowRoot ? root : document, x, y);
};
const judgeFaint = (one) => {
  one.el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  const range = new Range();
  range.selectNodeContents(one.el);
  const rect = Array.from(range.getClientRects()).find((part) => part.width > 1 && part.height > 1);
  if (!rect) return "zero-size";
  const pile = stack(one.el, (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2);
  const from = Math.max(0, pile.findIndex((at) => at === one.el));
  const layers = [];
  let solid = null;
  for (const at of pile.slice(from)) {
    if (/^(img|video|canvas|svg|picture|object|iframe|embed)$/.test(tagOf(at)) && at !== one.el) return "";
    for (const pseudo of [null, "::before", "::after"]) {
      const style = styleOf(at, pseudo);
      if (pseudo && (style.content === "none" || style.content === "normal")) continue;
      if (style.backgroundImage !== "none") return "";
      const paint = colour(style.backgroundColor);
      if (!paint || (pseudo && paint.a > 0)) return "";
      if (paint.a > 0) layers.push(paint);
      if (paint.a > 0.98) solid = paint;
      if (solid) break;
    }
    if (solid) break;
  }
  let back = { r: 255, g: 255, b: 255, a: 1 };
  for (const layer of layers.reverse()) back = over(layer, back);
  const style = styleOf(one.el);
  const ink = colour(style.webkitTextFillColor) || colour(style.color);
  return ink && contrast(over(ink, back), back) < FAINT ? "white-on-white" : "";
};
// A link that draws nothing itself may be laid over a picture or text of CEOP's, which is then what a visitor presses.
const overlays = (one) => {
  const boxes = [one.el, ...Array.from(all(one.el, "*")).slice(0, 50)].map((el) => ({ el, rect: rectOf(el) }));
  const { el, rect } = boxes.sort((a, b) => b.rect.width * b.rect.height - a.rect.width * a.rect.height)[0];
  if (rect.width < 20 || rect.height < 20) return null;
  el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  const at = rectOf(el);
  const pile = stack(el, (at.left + at.right) / 2, (at.top + at.bottom) / 2);
  const below = pile.slice(pile.findIndex((other) => isWithin(other, one.el)) + 1).filter((other) => !isWithin(other, one.el)).slice(0, 3);
  // Of what surrounds the link, only what it holds beside the link counts.
  const text = (other) => tidy(Array.from(nodesOf(other)).filter((child) => !(child.nodeType === 1 && isWithin(one.el, child))).map((child) => (child.nodeType === 3 ? dataOf(child) : child.innerText || "")).join(" "));
  const sign = below.find((other) => other !== html && other !== body && (isCeop(attr(other, "alt")) || isCeop(fileOf(other)) || isCeop(cut(text(other), 200))));
  return sign && text(sign).length < 300 ? el : null;
};
