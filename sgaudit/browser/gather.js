// The walk through the document, and what is handed back. Needs dom.js, sight.js and hits.js.
const controls = [], images = [], frames = [], faint = [], usemaps = new Map();
const out = [];
let size = 0, seen = 0, whole = true, deeper = false;
const write = (text) => {
  if (!arg.snapshot) return;
  size += text.length;
  if (size <= LIMIT.size) out.push(text);
  else if (whole) {
    whole = false;
    notes.add("The page is larger than can be kept; its text was cut.");
  }
};
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
const absolute = (raw) => {
  if (raw === null) return "";
  const text = raw.trim();
  if (!text || text.startsWith("#")) return text;
  try {
    return new URL(text, getter(Node.prototype, "baseURI")(document)).href;
  } catch {
    return text;
  }
};
const KEPT = ["id", "class", "alt", "title", "role", "aria-label", "aria-hidden", "aria-controls", "aria-expanded", "lang", "open", "type", "name", "scope", "colspan"];
const VOID = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
// Which parts of the page a control means to open, by id: a script's function that is nowhere opens nothing.
const scripts = Array.from(all(document, "script")).slice(0, 300);
const foreign = scripts.some((one) => has(one, "src"));
const sources = cut(scripts.map((one) => one.textContent || "").join("\n"), 500_000);
const opens = (el) => {
  const named = ["data-target", "data-bs-target", "data-tab", "data-panel"].map((name) => (attr(el, name) || "").replace(/^#/, ""));
  const handler = cut(attr(el, "onclick") || "", 1000);
  const called = Array.from(handler.matchAll(/(?<![\w.$])([A-Za-z_$][\w$]*)\s*\(/g), (one) => one[1]);
  if (foreign || called.every((one) => sources.includes(one) || one in globalThis)) {
    for (const one of handler.matchAll(/['"]#?([A-Za-z][\w:.-]*)['"]/g)) named.push(one[1]);
  }
  return named.filter((id) => id && !/\s/.test(id) && idIn(document, id)).join(" ");
};
const attributes = (el) => {
  let made = "";
  const opened = has(el, "onclick") || has(el, "data-target") || has(el, "data-bs-target") || has(el, "data-tab") || has(el, "data-panel") ? opens(el) : "";
  if (opened) made += ` data-sg-opens="${escape(opened)}"`;
  for (const name of KEPT) {
    const value = attr(el, name);
    if (value !== null) made += ` ${name}="${escape(cut(value, name === "class" ? 60 : 500))}"`;
  }
  for (const name of ["href", "src"]) {
    let value = attr(el, name);
    if (value === null && name === "href") value = attr(el, "xlink:href");
    if (value === null || (name === "src" && /^data:/i.test(value))) continue;
    made += ` ${name}="${escape(cut(absolute(value), 500))}"`;
  }
  return made;
};
const isControl = (el, tag, ctx) => {
  if (tag === "a" || tag === "area") return has(el, "href") || has(el, "xlink:href") || has(el, "onclick") || /^(link|button)$/.test(attr(el, "role") || "") || (tag === "a" && tidy(el.textContent || "") !== "" && ctx.style && ctx.style.cursor === "pointer");
  if (tag === "button" || tag === "summary") return true;
  if (tag === "input") return /^(button|submit|image|reset)$/i.test(attr(el, "type") || "");
  if (/^(button|link)$/.test((attr(el, "role") || "").trim())) return true;
  if (el === html || el === body) return false;
  if (has(el, "onclick") || has(el, "onmousedown") || has(el, "onmouseup")) return true;
  if (ctx.style && ctx.style.cursor === "pointer" && ctx.controls.length === 0 && !ctx.pointer) {
    ctx.pointer = true;
    if (isCeop(cut(el.textContent || "", 300)) || isCeop(attr(el, "id")) || isCeop(attr(el, "class")) || isCeop(attr(el, "title")) || isCeop(attr(el, "aria-label")) || isCeop(ctx.style.backgroundImage)) return true;
    return Array.from(all(el, "img")).slice(0, 5).some((img) => isCeop(fileOf(img)) || isCeop(attr(img, "alt")));
  }
  return false;
};
const fileOf = (img) => {
  if (tagOf(img) !== "img") return "";
  const source = img.currentSrc || attr(img, "src") || "";
  return /^data:/i.test(source) ? "" : decode(source.split(/[?#]/)[0].split("/").pop() || "");
};
const decode = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const picture = (el, tag, ctx) => {
  const record = { selector: selectorOf(el), src: "", alt: attr(el, "alt"), loaded: true, decorative: false, why: "", area: {}, el, tag };
  if (tag === "img" || tag === "input") {
    record.src = cut(absolute(el.currentSrc || attr(el, "src") || ""), 500);
    if (/^data:/i.test(record.src)) record.src = cut(record.src, 60);
    record.loaded = tag === "input" || (el.complete && el.naturalWidth > 0);
    const map = attr(el, "usemap");
    if (map) usemaps.set(map.replace(/^#/, ""), { el, record });
  } else if (tag === "svg") {
    const [name] = nameOf(el);
    record.alt = name || null;
  } else {
    record.src = cut(absolute(attr(el, "data") || attr(el, "src") || ""), 500);
  }
  record.decorative = record.alt === "" || ctx.ariaHidden || /^(presentation|none)$/.test(attr(el, "role") || "");
  record.why = ctx.reason || ctx.own || whyUnseen([rectOf(el)], ctx, record.area);
  images.push(record);
  return record;
};

const offered = (ctx, why, area, image) => {
  for (const control of ctx.controls) {
    if (image) control.images.push(image);
    if (!why) {
      control.shows = true;
      control.area.rect = join(control.area.rect, area.rect);
    } else if (why === "?faint") control.faint = true;
    else if (!control.why) control.why = why;
  }
};

const walk = (node, parent, depth) => {
  if (depth > LIMIT.depth) {
    deeper = true;
    notes.add("The page nests elements deeper than can be read.");
    return;
  }
  if (node.nodeType === 8) {
    const text = tidy(dataOf(node));
    if (text) write(`<sg-comment data-sg-hidden="comment">${escape(cut(text, 5000))}</sg-comment>`);
    return;
  }
  if (node.nodeType !== 1) return;
  seen += 1;
  if (seen > LIMIT.nodes) {
    notes.add(`The page has more than ${LIMIT.nodes.toLocaleString("en-GB")} elements; the rest was not read.`);
    return;
  }
  const el = node, tag = tagOf(el);
  if (tag === "template" || tag === "noscript") {
    const text = tag === "template" ? el.content.textContent : el.textContent;
    write(`<sg-${tag} data-sg-hidden="${tag}">${escape(cut(text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " "), 20000))}</sg-${tag}>`);
    return;
  }
  if (tag === "script" || tag === "style") {
    write(`<${tag}></${tag}>`);
    return;
  }
  const ctx = enter(el, parent);
  let record = null;
  if (isControl(el, tag, ctx)) {
    record = { el, tag, ctx, shows: false, why: "", faint: false, area: {}, images: [], text: "" };
    controls.push(record);
    ctx.controls = ctx.controls.concat(record);
  }
  if (tag === "iframe" || tag === "frame" || tag === "object" || tag === "embed") {
    const kind = attr(el, "type") || "";
    if (tag === "iframe" || tag === "frame" || (tag === "object" && (/html/.test(kind) || el.contentDocument))) {
      const area = {};
      const why = ctx.reason || ctx.own || whyUnseen([rectOf(el)], ctx, area, 4, 4);
      const rect = rectOf(el), style = ctx.style || styleOf(el);
      frames.push({
        el, unscrolled: /^no|^off/i.test(attr(el, "scrolling") || ""), selector: selectorOf(el), url: absolute(attr(el, tag === "object" ? "data" : "src")), why, sandbox: attr(el, "sandbox"),
        x: rect.left + window.scrollX + (parseFloat(style.borderLeftWidth) || 0) + (parseFloat(style.paddingLeft) || 0),
        y: rect.top + window.scrollY + (parseFloat(style.borderTopWidth) || 0) + (parseFloat(style.paddingTop) || 0),
        width: rect.width, height: rect.height,
      });
      offered(ctx, why, area, null);
      write(`${arg.nonce}${frames.length - 1};`);
      return;
    }
    if (/^image\//.test(kind) || /\.(svg|png|gif|jpe?g|webp)([?#]|$)/i.test(attr(el, "data") || attr(el, "src") || "")) {
      const image = picture(el, tag, ctx);
      offered(ctx, image.why, image.area, image);
    }
  }
  if (tag === "img" || (tag === "input" && attr(el, "type") === "image")) {
    const image = picture(el, tag, ctx);
    offered(ctx, image.why, image.area, image);
  } else if (tag === "svg") {
    const image = picture(el, tag, ctx);
    offered(ctx, image.why, image.area, image);
  } else if (/^(rect|path|circle|ellipse|polygon|polyline|line|image|use)$/.test(tag) && ctx.controls.length && !ctx.reason && painted(el, tag)) {
    const area = {};
    offered(ctx, ctx.own || whyUnseen([rectOf(el)], ctx, area), area, null);
  } else if (tag === "canvas" || tag === "video") {
    const area = {};
    offered(ctx, ctx.reason || ctx.own || whyUnseen([rectOf(el)], ctx, area), area, null);
  } else if (!ctx.reason && ctx.style && ctx.controls.length && drawn(el)) {
    const area = {};
    offered(ctx, ctx.own || whyUnseen(rectsOf(el), ctx, area), area, null);
  } else if (!ctx.reason && ctx.style && (ctx.painted || /^(button|input|select|textarea)$/.test(tag)) && ctx.controls.length) {
    const area = {};
    const why = ctx.own || whyUnseen(rectsOf(el), ctx, area);
    let image = null;
    if (ctx.style.backgroundImage !== "none") {
      const source = (/url\("?([^")]+)/.exec(ctx.style.backgroundImage) || ["", ""])[1];
      if (source) {
        image = { selector: selectorOf(el), src: cut(/^data:/i.test(source) ? "data:" : source, 500), alt: null, loaded: true, decorative: true, why, area, el, tag: "background" };
        images.push(image);
      }
    }
    // A plain control without text or picture is a box, and a box can be seen: but not one that is see-through.
    if (ctx.painted || ctx.style.appearance !== "none") offered(ctx, why, area, image);
  } else if (!ctx.reason && ctx.style && !ctx.controls.length && ctx.style.backgroundImage !== "none" && isCeop(ctx.style.backgroundImage.split("/").pop())) {
    const area = {};
    images.push({ selector: selectorOf(el), src: cut((/url\("?([^")]+)/.exec(ctx.style.backgroundImage) || ["", ""])[1], 500), alt: null, loaded: true, decorative: true, why: ctx.own || whyUnseen(rectsOf(el), ctx, area), area, el, tag: "background" });
  }
  const children = Array.from(flat(el));
  const closed = tag === "details" && !has(el, "open");
  const summary = closed ? children.find((child) => child.nodeType === 1 && tagOf(child) === "summary") : null;
  const below = ctx.below && !ctx.reason ? Object.assign({}, ctx, { reason: ctx.below }) : ctx;
  const folded = closed && !below.reason ? Object.assign({}, below, { reason: below.own || "closed-details", openable: !below.own }) : below;
  const texts = children.filter((child) => child.nodeType === 3 && /[^\s\u00ad\u200b]/.test(dataOf(child)));
  let mark = "";
  if (texts.length) {
    const area = {};
    const why = whyTextUnseen(texts, el, folded, area);
    for (const control of ctx.controls) {
      if (control.text.length < 300) control.text += ` ${texts.map(dataOf).join(" ")}`;
    }
    if (why === "?faint") {
      faint.push({ el, area, ctx, at: out.length, controls: ctx.controls });
      mark = "?faint";
    } else {
      offered(ctx, why, area, null);
      if (why) mark = ` data-sg-hidden="${why}"${folded.openable && why === "closed-details" ? ' data-sg-openable="details"' : ""}`;
    }
    if (ctx.struck) mark += ' data-sg-struck="1"';
  }
  let opening = `<${tag}${attributes(el)}`;
  const before = ctx.reason || !ctx.style ? "" : generated(el, "::before").replace(/\s+/g, " ");
  const after = ctx.reason || !ctx.style ? "" : generated(el, "::after").replace(/\s+/g, " ");
  if (texts.length || before || after) opening += ` data-sg-sel="${escape(selectorOf(el))}"`;
  if (mark.startsWith("?faint")) {
    write(opening);
    faint[faint.length - 1].at = out.length;
    write(mark.slice(6));
    write(">");
  } else {
    write(`${opening}${mark}>`);
  }
  if (VOID.has(tag)) return;
  const generatedMark = ctx.own ? ` data-sg-hidden="${ctx.own}"` : "";
  if (before) write(`<sg-generated data-sg-sel="${escape(selectorOf(el))}"${generatedMark}>${escape(cut(before, 1000))}</sg-generated>`);
  const hosting = shadowOf(el);
  for (const child of children) {
    try {
      if (child.nodeType === 3) write(escape(dataOf(child).replace(/\u00ad/g, "")));
      else walk(child, closed && child !== summary ? folded : below, depth + 1);
    } catch (error) {
      notes.add(`An element could not be read (${cut(String(error && error.message), 80)}).`);
    }
  }
  if (hosting) unassigned(el, ctx, depth);
  if (after) write(`<sg-generated data-sg-sel="${escape(selectorOf(el))}"${generatedMark}>${escape(cut(after, 1000))}</sg-generated>`);
  write(`</${tag}>`);
};
// Light children of a shadow host that no slot shows are there, and nobody sees them.
const unassigned = (host, ctx, depth) => {
  const lost = Object.assign({}, ctx, { reason: ctx.reason || "not-rendered" });
  for (const child of nodesOf(host)) {
    if (child.nodeType === 1 && !child.assignedSlot) walk(child, lost, depth + 1);
  }
};

const box = (rect, el) => {
  const found = rect || pageRect(rectOf(el));
  const round = (value) => Math.round(value * 10) / 10;
  return { x: round(found.left), y: round(found.top), width: round(Math.max(0, found.right - found.left)), height: round(Math.max(0, found.bottom - found.top)) };
};
const imageOut = (one) => ({ selector: one.selector, src: one.src, alt: one.alt === null ? null : cut(tidy(one.alt), 500), box: box(one.area.rect, one.el), visible: !one.why, loaded: one.loaded, decorative: one.decorative });

await settle();
const nothing = {
  opacity: 1, clip: null, holderClip: null, fixed: false, inScroller: false, minX: 0, minY: 0, reason: arg.reason, own: "", below: "", inert: false,
  ariaHidden: false, struck: false, openable: false, landmark: "", controls: [], pointer: false, back: { r: 255, g: 255, b: 255, a: 1 }, style: null,
};
walk(html, nothing, 0);

for (const one of faint.slice(0, 300)) {
  const why = judgeFaint(one);
  if (why && arg.snapshot && one.at < out.length) out[one.at] += ` data-sg-hidden="${why}"`;
  for (const control of one.controls) {
    if (!why) {
      control.shows = true;
      control.area.rect = join(control.area.rect, one.area.rect);
    } else if (!control.why) control.why = why;
  }
}
jump(startX, startY);

for (const one of controls) {
  if (one.tag === "area") {
    const found = areaBox(one.el);
    one.hidden = found.why;
    one.area.rect = found.rect;
    if (found.image) one.images.push(found.image.record);
  } else if (one.ctx.reason || one.ctx.own) {
    one.hidden = one.shows ? "" : one.ctx.reason || one.ctx.own;
  } else {
    const rects = Array.from(rectsOf(one.el)).filter((rect) => rect.width >= 1 && rect.height >= 1);
    one.hidden = one.shows ? "" : one.why || (rects.length ? whyUnseen(rects, one.ctx, null) || "transparent" : "zero-size");
  }
  const named = isCeop(attr(one.el, "href")) || isCeop(attr(one.el, "aria-label")) || isCeop(attr(one.el, "title")) || isCeop(tidy(one.text));
  const over = named && /^(zero-size|transparent)$/.test(one.hidden) && /^(|transparent)$/.test(one.ctx.reason) ? overlays(one) : null;
  if (over) {
    one.hidden = "";
    one.over = over;
    one.area.rect = pageRect(rectOf(over));
  }
  if (!one.hidden && one.ctx.inert) one.hidden = "inert";
}
await hits();
jump(startX, startY);

// Pictures of CEOP's that nothing makes clickable: the page shows a button that is none.
const inControl = new Set(controls.flatMap((one) => one.images.map((image) => image.el)).concat(controls.map((one) => one.el)));
const loose = images.filter((one) => !inControl.has(one.el) && (isCeop(decode(one.src.split(/[?#]/)[0].split("/").pop() || "")) || isCeop(one.alt) || isCeop(attr(one.el, "title")) || isCeop(attr(one.el, "class")) || isCeop(attr(one.el, "id"))));

const listed = [];
for (const one of controls.slice(0, LIMIT.controls)) {
  try {
    const raw = attr(one.el, "href") ?? attr(one.el, "xlink:href") ?? "";
    const [name, from] = nameOf(one.el, one.hidden);
    const form = one.el.form && (/^(submit|image)$/i.test(attr(one.el, "type") || "") || (one.tag === "button" && !/^(button|reset)$/i.test(attr(one.el, "type") || ""))) ? one.el.form : null;
    const pieces = ["onclick", "onmousedown", "onmouseup"].map((key) => attr(one.el, key)).filter(Boolean);
    if (/^\s*javascript:/i.test(raw)) pieces.push(raw.trim());
    if (form) pieces.unshift(`form ${(attr(form, "method") || "get").toLowerCase()} ${absolute(attr(one.el, "formaction") || attr(form, "action") || "")}`);
    const tabbable = one.tag === "area" ? Boolean(raw) : one.el.tabIndex >= 0 && !one.el.disabled;
    listed.push({
      selector: selectorOf(one.el), tag: one.tag, role: attr(one.el, "role") || "", name: cut(name, 300), name_from: from, text: cut(tidy(one.text), 300),
      href: /^\s*javascript:/i.test(raw) ? cut(raw.trim(), 500) : cut(raw.trim().startsWith("#") ? raw.trim() : absolute(raw), 2000), raw_href: cut(raw, 500),
      target: attr(one.el, "target") || "", handler: cut(pieces.join("; "), 500), box: box(one.area.rect, one.el), hidden_because: one.hidden,
      aria_hidden: one.ctx.ariaHidden, hit: one.hidden ? null : one.hit, covered_by: one.hidden ? "" : cut(one.covered || "", 300),
      focusable: tabbable && !one.ctx.inert && !/^(not-rendered|visibility-hidden|closed-details)$/.test(one.hidden),
      images: one.images.slice(0, 5).map(imageOut), landmark: one.ctx.landmark,
      hints: cut([attr(one.el, "id"), attr(one.el, "class"), attr(one.el, "title")].concat(one.images.slice(0, 5).flatMap((image) => [attr(image.el, "id"), attr(image.el, "class"), attr(image.el, "title")])).filter(Boolean).join(" "), 500),
      index: controls.indexOf(one), unlinked: false, pressed_state: attr(one.el, "aria-controls") || "",
    });
  } catch (error) {
    notes.add(`A link or button could not be read (${cut(String(error && error.message), 80)}).`);
  }
}
for (const one of loose.slice(0, 20)) {
  controls.push({ el: one.el });
  const name = tidy(one.alt || "");
  listed.push({
    selector: one.selector, tag: one.tag === "background" ? tagOf(one.el) : one.tag, role: "", name: cut(name, 300), name_from: name ? "alt" : "", text: "", href: "", raw_href: "", target: "", handler: "",
    box: box(one.area.rect, one.el), hidden_because: one.why, aria_hidden: false, hit: null, covered_by: "", focusable: false, images: [imageOut(one)], landmark: "", hints: "", index: controls.length - 1, unlinked: true, pressed_state: "",
  });
}
if (controls.length - loose.length > LIMIT.controls) notes.add(`The page has more than ${LIMIT.controls.toLocaleString("en-GB")} links and buttons; the rest was not looked at.`);
const kept = frames.map((one) => one.el);
globalThis.sgaudit = {
  controls: controls.map((one) => one.el),
  frames: kept,
  // The middle of a control in this frame's own viewport, scrolled to.
  centre: (index) => {
    const record = controls[index];
    record.el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const rect = targetRect(record);
    return rect ? [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2] : null;
  },
  // Whether a point inside frame number `index` can be reached from here.
  reach: (index, x, y) => {
    const el = kept[index], style = styleOf(el);
    const point = () => {
      const rect = rectOf(el);
      return [
        rect.left + (parseFloat(style.borderLeftWidth) || 0) + (parseFloat(style.paddingLeft) || 0) + x,
        rect.top + (parseFloat(style.borderTopWidth) || 0) + (parseFloat(style.paddingTop) || 0) + y,
      ];
    };
    let answer = { hit: false, covered: "", at: null };
    for (const part of [0.5, 0.2, 0.8]) {
      jump(window.scrollX, window.scrollY + point()[1] - window.innerHeight * part);
      const [left, top] = point(), rect = rectOf(el);
      const inside = left >= rect.left && left < rect.right && top >= rect.top && top < rect.bottom;
      const at = inside ? deepest(left, top) : null;
      answer = { hit: at === el, covered: !inside ? "the edge of the frame it stands in" : at === el ? "" : described(at, el), at: [left, top] };
      if (answer.hit) break;
    }
    return JSON.stringify(answer);
  },
  restore: () => jump(startX, startY),
};
return JSON.stringify({
  controls: listed,
  images: images.slice(0, LIMIT.images).map(imageOut),
  frames: frames.map((one) => ({ selector: one.selector, url: cut(one.url, 500), why: one.why, unscrolled: one.unscrolled, sandbox: one.sandbox, x: one.x, y: one.y, width: one.width, height: one.height })),
  snapshot: out.join(""), lang: attr(html, "lang") || "", title: cut(tidy(getter(Document.prototype, "title")(document)), 500), url: location.href,
  scripted: Array.from(all(document, "script")).slice(0, 300).some((one) => /ceop\.(police|gov)\.uk/i.test(one.textContent || "")),
  page_width: scroller.scrollWidth, page_height: scroller.scrollHeight, truncated: seen > LIMIT.nodes || deeper || !whole, notes: Array.from(notes),
});
