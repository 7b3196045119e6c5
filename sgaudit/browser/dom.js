// Runs once per frame and width, in a world of its own that the page's scripts cannot reach, and returns one JSON
// string. Parts, put together in this order by gather.py: dom.js, sight.js, hits.js, gather.js.
// The page is not trusted: names such as `document.querySelector` or `form.id` may be overlaid by elements, so what
// matters is read through the prototypes; every element is taken by itself, and a failure there costs only that one.
"use strict";
const LIMIT = arg.limits;
const getter = (proto, name) => {
  const read = Object.getOwnPropertyDescriptor(proto, name).get;
  return (node) => read.call(node);
};
const method = (proto, name) => {
  const run = proto[name];
  return (node, ...rest) => run.call(node, ...rest);
};
const attr = method(Element.prototype, "getAttribute");
const has = method(Element.prototype, "hasAttribute");
const rectOf = method(Element.prototype, "getBoundingClientRect");
const rectsOf = method(Element.prototype, "getClientRects");
const tagOf = getter(Element.prototype, "localName");
const shadowOf = getter(Element.prototype, "shadowRoot");
const parentElementOf = getter(Node.prototype, "parentElement");
const nodesOf = getter(Node.prototype, "childNodes");
const rootOf = method(Node.prototype, "getRootNode");
const dataOf = getter(CharacterData.prototype, "data");
const styleOf = (el, pseudo) => window.getComputedStyle(el, pseudo);
const all = (root, selector) =>
  (root instanceof Document ? Document : root instanceof DocumentFragment ? DocumentFragment : Element).prototype
    .querySelectorAll.call(root, selector);
const html = getter(Document.prototype, "documentElement")(document);
const body = all(document, "body")[0] || null;
const scroller = getter(Document.prototype, "scrollingElement")(document) || html;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const frame = () => Promise.race([new Promise((done) => requestAnimationFrame(() => done())), sleep(60)]);
const cut = (text, length) => (text.length > length ? text.slice(0, length) : text);
const tidy = (text) => text.replace(/\u00ad/g, "").replace(/\s+/g, " ").trim();
const TOKEN = arg.token.map(([source, flags]) => new RegExp(source, flags));
const isCeop = (text) => Boolean(text) && TOKEN.some((token) => token.test(text));
const notes = new Set();
const startX = window.scrollX, startY = window.scrollY;
const jump = (x, y) => window.scrollTo({ left: x, top: y, behavior: "instant" });

// Selectors: the shortest path from an id that is unique and not made up anew at each visit.
const selectors = new WeakMap(), steps = new WeakMap();
const stepOf = (el, parent) => {
  if (!steps.has(parent)) {
    const counts = new Map(), found = new Map();
    for (const child of nodesOf(parent)) {
      if (child.nodeType !== 1) continue;
      const tag = tagOf(child);
      counts.set(tag, (counts.get(tag) || 0) + 1);
      found.set(child, counts.get(tag));
    }
    steps.set(parent, [found, counts]);
  }
  const tag = tagOf(el);
  const [found, counts] = steps.get(parent);
  return counts.get(tag) > 1 ? `${CSS.escape(tag)}:nth-of-type(${found.get(el)})` : CSS.escape(tag);
};
const selectorOf = (el) => {
  const known = selectors.get(el);
  if (known !== undefined) return known;
  let made;
  const root = rootOf(el);
  const id = attr(el, "id");
  const within = root instanceof ShadowRoot ? `${selectorOf(root.host)} >> ` : "";
  const parent = parentElementOf(el);
  if (id && id.length < 80 && !/\d{5}|\s/.test(id) && all(root, `[id="${CSS.escape(id)}"]`).length === 1) {
    made = `${within}#${CSS.escape(id)}`;
  } else if (parent) {
    made = `${selectorOf(parent)} > ${stepOf(el, parent)}`;
  } else if (within) {
    made = `${within}${stepOf(el, root)}`;
  } else {
    made = CSS.escape(tagOf(el));
  }
  selectors.set(el, made);
  return made;
};

// Names, as assistive technology would say them.
const unseen = (el) => {
  const style = styleOf(el);
  return style.display === "none" || style.visibility === "hidden" || style.visibility === "collapse";
};
const idIn = (root, id) => all(root, `[id="${CSS.escape(id)}"]`)[0] || null;
const flat = (el) => {
  const shadow = shadowOf(el);
  if (shadow) return nodesOf(shadow);
  if (tagOf(el) === "slot" && rootOf(el) instanceof ShadowRoot) {
    const given = el.assignedNodes();
    if (given.length) return given;
  }
  return nodesOf(el);
};
const words = (node, depth, named) => {
  if (node.nodeType === 3) return dataOf(node);
  if (node.nodeType !== 1 || depth > 30) return "";
  const tag = tagOf(node);
  if (tag === "script" || tag === "style" || tag === "template" || tag === "noscript") return "";
  if (!named && (attr(node, "aria-hidden") === "true" || unseen(node))) return "";
  if (depth > 0 || named) {
    const label = tidy(attr(node, "aria-label") || "");
    if (label) return ` ${label} `;
  }
  if (tag === "img" || tag === "area" || (tag === "input" && attr(node, "type") === "image")) return ` ${attr(node, "alt") ?? (attr(node, "title") || "")} `;
  if (tag === "input") return /^(button|submit|reset)$/.test(attr(node, "type") || "") ? ` ${node.value} ` : "";
  if (tag === "svg") {
    const title = Array.from(nodesOf(node)).find((one) => one.nodeType === 1 && tagOf(one) === "title");
    if (title) return ` ${title.textContent} `;
  }
  let said = "";
  for (const pseudo of ["::before", "::after"]) {
    if (pseudo === "::after") for (const child of flat(node)) said += words(child, depth + 1, false);
    said += generated(node, pseudo);
  }
  const block = depth > 0 && !/^inline/.test(styleOf(node).display);
  return block ? ` ${said} ` : said;
};
const generated = (el, pseudo) => {
  const style = styleOf(el, pseudo);
  const content = style.content;
  if (!content || content === "none" || content === "normal" || style.display === "none") return "";
  let said = "";
  for (const part of content.split(" / ")[0].matchAll(/"((?:[^"\\]|\\.)*)"|attr\(([-\w]+)\)/g)) {
    said += part[2] ? attr(el, part[2]) || "" : part[1].replace(/\\(.)/g, "$1");
  }
  return said.replace(/[\ue000-\uf8ff]/g, "");
};
const nameOf = (el, hidden) => {
  const tag = tagOf(el);
  const ids = (attr(el, "aria-labelledby") || "").split(/\s+/).filter(Boolean);
  if (ids.length) {
    const said = tidy(ids.slice(0, 10).map((id) => idIn(rootOf(el), id)).filter(Boolean).map((one) => words(one, 0, true)).join(" "));
    if (said) return [said, "aria-labelledby"];
  }
  const label = tidy(attr(el, "aria-label") || "");
  if (label) return [label, "aria-label"];
  if (tag === "img" || tag === "area") {
    const alt = tidy(attr(el, "alt") || "");
    if (alt) return [alt, "alt"];
  } else if (tag === "input") {
    const said = tidy(attr(el, "type") === "image" ? attr(el, "alt") || attr(el, "value") || "" : el.value || "");
    if (said) return [said, attr(el, "type") === "image" ? "alt" : "value"];
    if (/^(submit|reset)$/.test(attr(el, "type") || "")) return [attr(el, "type") === "reset" ? "Reset" : "Submit", "value"];
  } else {
    const said = tidy(words(el, 0, Boolean(hidden)));
    if (said) {
      const text = tidy(Array.from(flat(el)).map((node) => (node.nodeType === 3 ? dataOf(node) : node.textContent || "")).join(" "));
      return [said, text ? "contents" : "alt"];
    }
  }
  const title = tidy(attr(el, "title") || "");
  return title ? [title, "title"] : ["", ""];
};

// Scrolls through the page, so that what waits to be seen comes, and waits for pictures and movements that end.
const settle = async () => {
  const height = Math.min(scroller.scrollHeight, LIMIT.scroll);
  const step = Math.max(200, window.innerHeight * 0.9);
  let steps = 0;
  for (let y = 0; y < height && steps < 40; y += step, steps += 1) {
    jump(0, y);
    await frame();
  }
  jump(startX, startY);
  await frame();
  const until = performance.now() + LIMIT.settle;
  const waiting = () =>
    Array.from(all(document, "img")).slice(0, 400).some((img) => !img.complete && img.getAttribute("src")) ||
    document.getAnimations().some((one) => {
      const timing = one.effect && one.effect.getComputedTiming();
      return one.playState === "running" && timing && Number.isFinite(timing.endTime) && timing.endTime < 3000;
    });
  while (performance.now() < until && waiting()) await sleep(50);
};
