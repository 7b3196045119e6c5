// Why a thing cannot be seen. Needs dom.js.
const colour = (text) => {
  let parts = /^rgba?\(([^)]+)\)$/.exec(text);
  if (parts) {
    const [r, g, b, a] = parts[1].split(/[ ,/]+/).filter(Boolean).map(Number);
    return { r, g, b, a: a === undefined ? 1 : a };
  }
  parts = /^color\(srgb ([^)]+)\)$/.exec(text);
  if (parts) {
    const [r, g, b, a] = parts[1].split(/[ /]+/).filter(Boolean).map(Number);
    return { r: r * 255, g: g * 255, b: b * 255, a: a === undefined ? 1 : a };
  }
  return null;
};
const over = (top, below) => ({
  r: top.r * top.a + below.r * (1 - top.a),
  g: top.g * top.a + below.g * (1 - top.a),
  b: top.b * top.a + below.b * (1 - top.a),
  a: 1,
});
const luminance = ({ r, g, b }) => {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
};
const contrast = (one, two) => {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const FAINT = 1.12;

const pageRect = (rect) => ({
  left: rect.left + window.scrollX, top: rect.top + window.scrollY,
  right: rect.right + window.scrollX, bottom: rect.bottom + window.scrollY,
});
const meet = (one, two) => {
  if (!one || !two) return one || two;
  return {
    left: Math.max(one.left, two.left), top: Math.max(one.top, two.top),
    right: Math.min(one.right, two.right), bottom: Math.min(one.bottom, two.bottom),
  };
};
const join = (one, two) => {
  if (!one || !two) return one || two;
  return {
    left: Math.min(one.left, two.left), top: Math.min(one.top, two.top),
    right: Math.max(one.right, two.right), bottom: Math.max(one.bottom, two.bottom),
  };
};
const shows = (rect, width = 2, height = 3) => rect.right - rect.left >= width && rect.bottom - rect.top >= height;
const length = (text, whole) => (/%$/.test(text) ? (parseFloat(text) / 100) * whole : parseFloat(text) || 0);
const clippedBy = (style, rect) => {
  let clip = null;
  if (style.clip && style.clip !== "auto" && /absolute|fixed/.test(style.position)) {
    const parts = (/rect\(([^)]*)\)/.exec(style.clip) || ["", ""])[1].split(/[ ,]+/);
    if (parts.length === 4) {
      const [top, right, bottom, left] = parts.map((part) => (part === "auto" ? null : parseFloat(part)));
      clip = {
        top: rect.top + (top ?? 0), left: rect.left + (left ?? 0),
        right: right === null ? rect.right : rect.left + right,
        bottom: bottom === null ? rect.bottom : rect.top + bottom,
      };
    }
  }
  const path = style.clipPath;
  if (path && path !== "none") {
    const width = rect.right - rect.left, height = rect.bottom - rect.top;
    const inset = /^inset\(([^)]*)\)/.exec(path);
    if (inset) {
      const parts = inset[1].split(" round ")[0].trim().split(/\s+/);
      const [top, right = top, bottom = top, left = right] = parts;
      clip = meet(clip, {
        top: rect.top + length(top, height), right: rect.right - length(right, width),
        bottom: rect.bottom - length(bottom, height), left: rect.left + length(left, width),
      });
    } else if (/^(circle|ellipse)\(0(px|%)?[ )]/.test(path)) {
      clip = { left: rect.left, top: rect.top, right: rect.left, bottom: rect.top };
    } else if (/^polygon\(/.test(path)) {
      const points = path.replace(/^polygon\(|\)$/g, "").split(",").map((one) => one.trim());
      if (new Set(points).size === 1) clip = { left: rect.left, top: rect.top, right: rect.left, bottom: rect.top };
    }
  }
  return clip;
};

// Whether a picture or colour stands before or after the content, as icons and buttons made by styles do.
const drawn = (el) =>
  ["::before", "::after"].some((pseudo) => {
    const style = styleOf(el, pseudo);
    if (!style.content || /^(none|normal)$/.test(style.content) || style.display === "none" || style.visibility !== "visible") return false;
    if (parseFloat(style.opacity) < 0.1) return false;
    // A letter of an icon font says nothing, and is seen.
    const ink = colour(style.color);
    if (/^"\s*[^\s"]/.test(style.content) && parseFloat(style.fontSize) >= 6 && !(ink && ink.a < 0.1)) return true;
    const paint = colour(style.backgroundColor);
    const box = parseFloat(style.width) >= 4 && parseFloat(style.height) >= 4;
    return /url\(/.test(style.content) || (box && (style.backgroundImage !== "none" || !paint || paint.a > 0.1));
  });

// Whether a part of a drawing is painted at all.
const painted = (el, tag) => {
  if (tag === "image" || tag === "use") return true;
  const style = styleOf(el);
  const shows = (paint, opacity) => paint !== "none" && parseFloat(opacity) > 0.1 && !/^(transparent|rgba\(.*, ?0\))$/.test(paint);
  return shows(style.fill, style.fillOpacity) || shows(style.stroke, style.strokeOpacity);
};

const htmlStyle = styleOf(html), bodyStyle = body ? styleOf(body) : null;
const noSideways = /hidden|clip/.test(htmlStyle.overflowX) || (bodyStyle !== null && /hidden|clip/.test(bodyStyle.overflowX));
// A page that cannot be scrolled shows no more than its first window; a frame may be told so from outside.
const held = /visible/.test(htmlStyle.overflowY) && bodyStyle !== null ? bodyStyle.overflowY : htmlStyle.overflowY;
const noDownwards = arg.unscrolled || /hidden|clip/.test(held);
const rtl = htmlStyle.direction === "rtl" || (bodyStyle !== null && bodyStyle.direction === "rtl");

// Why boxes at `rects` (viewport coordinates) cannot be seen, "" when some part can; `area` receives what is seen.
const whyUnseen = (rects, ctx, area, width, height) => {
  let met = false, off = false, joined = null;
  for (const one of rects) {
    if (one.right - one.left < 1 || one.bottom - one.top < 1) continue;
    met = true;
    const rect = pageRect(one);
    if (ctx.fixed) {
      if (one.right <= 1 || one.bottom <= 1 || one.left >= window.innerWidth - 1 || one.top >= window.innerHeight - 1) {
        off = true;
        continue;
      }
    } else if (
      (!rtl && rect.right <= ctx.minX + 1) || rect.bottom <= ctx.minY + 1 ||
      (noSideways && !ctx.inScroller && !rtl && rect.left >= window.innerWidth - 1) ||
      (noDownwards && !ctx.inScroller && rect.top >= startY + window.innerHeight - 1)
    ) {
      off = true;
      continue;
    }
    const left = ctx.clip ? meet(rect, ctx.clip) : rect;
    if (!shows(left, width, height)) continue;
    joined = join(joined, left);
  }
  if (joined) {
    if (area) area.rect = join(area.rect, joined);
    return "";
  }
  return !met ? "zero-size" : off ? "off-page" : "clipped";
};

const enter = (el, parent) => {
  const ctx = Object.assign({}, parent, { own: "", el });
  const tag = tagOf(el);
  const role = (attr(el, "role") || "").trim().split(/\s+/)[0].toLowerCase();
  ctx.landmark = { main: "main", nav: "nav", header: "header", footer: "footer", aside: "aside" }[tag] ||
    { main: "main", navigation: "nav", banner: "header", contentinfo: "footer", complementary: "aside" }[role] || parent.landmark;
  if (attr(el, "aria-hidden") === "true") ctx.ariaHidden = true;
  if (has(el, "inert")) ctx.inert = true;
  if (ctx.reason) return ctx;
  const style = styleOf(el);
  ctx.style = style;
  if (style.display === "none" || style.display === "") {
    ctx.reason = "not-rendered";
    return ctx;
  }
  if (style.display === "contents") return ctx;
  if (/hidden|collapse/.test(style.visibility)) ctx.own = "visibility-hidden";
  ctx.opacity *= parseFloat(style.opacity);
  const faded = /opacity\(([\d.]+)\)/.exec(style.filter);
  if (faded) ctx.opacity *= parseFloat(faded[1]);
  if (ctx.opacity < 0.1) ctx.reason = "transparent";
  const position = style.position;
  const contains = position !== "static" || style.transform !== "none";
  if (position === "fixed") {
    ctx.clip = null;
    ctx.fixed = true;
  } else if (position === "absolute") {
    ctx.clip = parent.holderClip;
  }
  const viewport = rectOf(el), rect = pageRect(viewport);
  const cutBy = clippedBy(style, rect);
  if (cutBy) ctx.clip = meet(ctx.clip, cutBy);
  if (el !== html && el !== body && style.display !== "inline") {
    const hides = (value) => value === "hidden" || value === "clip";
    const rolls = (value) => value === "auto" || value === "scroll";
    if (hides(style.overflowX) || hides(style.overflowY) || rolls(style.overflowX) || rolls(style.overflowY)) {
      const box = meet(ctx.clip, rect);
      const rolling = (rolls(style.overflowX) && el.scrollWidth > el.clientWidth) || (rolls(style.overflowY) && el.scrollHeight > el.clientHeight);
      if (rolling && shows(box, 8, 8)) {
        ctx.clip = null;
        ctx.inScroller = true;
        ctx.minX = rect.left - el.scrollLeft;
        ctx.minY = rect.top - el.scrollTop;
      } else {
        const free = { left: -1e7, top: -1e7, right: 1e7, bottom: 1e7 };
        const own = { ...rect };
        if (style.overflowX === "visible") Object.assign(own, { left: free.left, right: free.right });
        if (style.overflowY === "visible") Object.assign(own, { top: free.top, bottom: free.bottom });
        ctx.clip = meet(ctx.clip, own);
      }
    }
  }
  if (contains) ctx.holderClip = ctx.clip;
  if (style.contentVisibility === "hidden") ctx.below = "not-rendered";
  if (/line-through/.test(style.textDecorationLine) && tag !== "s" && tag !== "del" && tag !== "strike") ctx.struck = true;
  const paint = colour(style.backgroundColor);
  const pictured = style.backgroundImage !== "none";
  if (pictured) ctx.back = null;
  else if (paint === null) ctx.back = null;
  else if (paint.a > 0.98) ctx.back = paint;
  else if (paint.a > 0 && ctx.back) ctx.back = over(paint, ctx.back);
  ctx.painted = pictured || (paint !== null && paint.a > 0.1 && parent.back !== null && contrast(over(paint, parent.back), parent.back) > FAINT) || paint === null;
  return ctx;
};

const whyTextUnseen = (nodes, el, ctx, area) => {
  if (ctx.reason || ctx.own) return ctx.reason || ctx.own;
  const style = ctx.style || styleOf(el);
  if (parseFloat(style.fontSize) < 2) return "font-size-zero";
  const ink = colour(style.webkitTextFillColor) || colour(style.color);
  const shaped = style.textShadow !== "none" || /text/.test(style.backgroundClip) || parseFloat(style.webkitTextStrokeWidth) > 0;
  if (ink && ink.a < 0.1 && !shaped) return "transparent";
  let why = "zero-size", rects = [];
  for (const node of nodes) {
    const range = new Range();
    range.selectNodeContents(node);
    rects = rects.concat(Array.from(range.getClientRects()).slice(0, 200));
  }
  why = whyUnseen(rects, ctx, area);
  if (!why && ink && ctx.back && !shaped && contrast(over(ink, ctx.back), ctx.back) < FAINT) {
    return "?faint";
  }
  return why;
};
