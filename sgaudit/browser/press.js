// What pressing needs to know of one element, asked on the spot. Each function takes the element and returns plain data
// (not JSON: pages overlay its parts), except `dismisser`, `opener` and `area`, which return an element or null.
({
  deepest(x, y) {
    let root = document, found = null;
    for (let i = 0; i < 20; i += 1) {
      const at = root.elementFromPoint(x, y);
      if (!at || at === found) break;
      found = at;
      if (!at.shadowRoot) break;
      root = at.shadowRoot;
    }
    return found;
  },
  parent(el) {
    return el.assignedSlot || el.parentElement || (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
  },
  shown(el) {
    const rect = el.getBoundingClientRect();
    return rect.width > 1 && rect.height > 1 && el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  },
  said(el) {
    return (el.innerText || el.getAttribute("aria-label") || el.getAttribute("title") || el.value || "").replace(/\s+/g, " ").trim();
  },

  // Everything Tab stops at in this document, in Tab's order; elements of open shadow roots in their place.
  stops() {
    const found = [];
    const visit = (node) => {
      for (const el of node.children) {
        const tag = el.localName;
        const link = (tag === "a" || tag === "area") && (el.hasAttribute("href") || el.hasAttribute("xlink:href") || el.hasAttribute("tabindex"));
        const other = /^(button|input|select|textarea|summary|iframe|frame|object|audio|video)$/.test(tag) || el.hasAttribute("tabindex") || el.isContentEditable;
        const usable = !el.disabled && !(tag === "input" && el.type === "hidden") && el.tabIndex >= 0 && !el.closest("[inert]");
        if ((link || other) && usable && (tag === "area" || el.checkVisibility({ visibilityProperty: true }))) found.push(el);
        const root = el.shadowRoot;
        if (root) visit(root);
        visit(el);
      }
    };
    visit(document);
    const first = found.filter((el) => el.tabIndex > 0).sort((a, b) => a.tabIndex - b.tabIndex);
    return first.concat(found.filter((el) => !(el.tabIndex > 0)));
  },
  // Puts the focus one stop before the element (or after it, when it is the first) and says which key leads to it.
  before(el) {
    const stops = this.stops();
    const place = stops.indexOf(el);
    const answer = { place, stops: stops.length, key: "", set: false };
    if (place < 0) return answer;
    const inDocument = (other) => {
      let at = other.getRootNode().activeElement;
      return at === other;
    };
    for (const [other, key] of [[stops[place - 1], "Tab"], [stops[place + 1], "Shift+Tab"]]) {
      if (!other || /^(iframe|frame|object)$/.test(other.localName)) continue;
      other.focus();
      if (inDocument(other)) {
        Object.assign(answer, { key, set: true });
        break;
      }
    }
    return answer;
  },
  active(el) {
    const at = el.getRootNode().activeElement;
    return { on: at === el, instead: at ? at.localName + (at.id ? `#${at.id}` : "") : "" };
  },

  // Whether something else lies over the middle of the element, scrolled to.
  covered(el) {
    const shown = this.part(el) || el;
    shown.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const boxes = Array.from(shown.getClientRects()).concat(shown.getBoundingClientRect());
    const box = boxes.slice(0, Math.max(1, boxes.length - 1)).sort((one, two) => two.width * two.height - one.width * one.height)[0];
    let at = this.deepest(box.left + box.width / 2, box.top + box.height / 2);
    while (at && at !== el) at = this.parent(at);
    return at !== el;
  },

  // Where the element is in the window, whether its middle can be seen there, and whether the page cannot be scrolled.
  depth(el) {
    const box = el.getBoundingClientRect(), y = box.top + box.height / 2;
    const outer = getComputedStyle(document.documentElement).overflowY;
    const used = outer === "visible" && document.body ? getComputedStyle(document.body).overflowY : outer;
    return { top: Math.round(box.top), seen: box.height > 0 && y > 0 && y < innerHeight, held: /hidden|clip/.test(used) };
  },
  async scrollThrough() {
    for (let y = 0, i = 0; i < 40 && y < document.documentElement.scrollHeight; i += 1, y += innerHeight * 0.9) {
      scrollTo({ top: y, behavior: "instant" });
      await new Promise((done) => setTimeout(done, 30));
    }
    return true;
  },

  // The picture of an image map and the middle of the area on it.
  area(el) {
    const map = el.closest("map");
    const name = map && (map.getAttribute("name") || map.id);
    return Array.from(document.querySelectorAll("img[usemap]")).find((img) => name && img.getAttribute("usemap").replace(/^#/, "") === name) || null;
  },
  middle(el, arg) {
    const at = (el.getAttribute("coords") || "").split(/[ ,;]+/).map(Number).filter(Number.isFinite);
    const shape = (el.getAttribute("shape") || "rect").toLowerCase();
    if (/^circ/.test(shape) && at.length >= 2) return [at[0], at[1]];
    if (/^poly/.test(shape) && at.length >= 6) {
      const xs = at.filter((_, i) => i % 2 === 0), ys = at.filter((_, i) => i % 2 === 1);
      return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
    }
    if (shape !== "default" && at.length >= 4) return [(at[0] + at[2]) / 2, (at[1] + at[3]) / 2];
    return [arg.width / 2, arg.height / 2];
  },

  // Whether pressing this neither sends anything nor leads to another page.
  harmless(el) {
    const owner = el.closest("a, button, input, [role=button], [onclick]") || el;
    const tag = owner.localName, type = (owner.getAttribute("type") || "").toLowerCase();
    if (owner === el && !/^(a|button|input)$/.test(tag) && getComputedStyle(el).cursor !== "pointer" && el.getAttribute("role") !== "button" && !el.hasAttribute("onclick")) return false;
    if (tag === "input" && type !== "button") return false;
    const href = (owner.getAttribute("href") || "").trim();
    if (href && !/^(#|javascript:)/i.test(href)) return false;
    const sends = tag === "button" && owner.form && !/^(button|reset)$/.test(type);
    return !sends || /^dialog$/i.test(owner.getAttribute("formmethod") || owner.form.getAttribute("method") || "");
  },
  // A plain button, in whatever lies at the point, that would put the layer away: nothing that is sent or leads away.
  dismisser(_, arg) {
    const hit = this.deepest(arg.x, arg.y);
    if (!hit) return null;
    if (hit.localName === "iframe") return hit;
    const candidates = [];
    const visit = (node) => {
      for (const el of node.querySelectorAll("*")) {
        if (el.shadowRoot) visit(el.shadowRoot);
        if (!this.harmless(el) || !this.shown(el)) continue;
        const said = this.said(el).toLowerCase();
        const rank = arg.words.findIndex((word) => new RegExp(word, "i").test(said));
        if (said && said.length < 60 && rank >= 0) candidates.push([rank, el]);
      }
    };
    let area = hit;
    for (let at = hit; at; at = this.parent(at)) {
      if (at === document.body || at === document.documentElement) break;
      area = at;
      if (/fixed|sticky|absolute/.test(getComputedStyle(at).position)) {
        candidates.length = 0;
        if (at.shadowRoot) visit(at.shadowRoot);
        visit(at);
        if (candidates.length) break;
      }
    }
    if (!candidates.length) visit(area);
    candidates.sort((one, two) => one[0] - two[0]);
    return candidates.length ? candidates[0][1] : null;
  },
  dismisserHere(el, arg) {
    const found = [];
    for (const one of document.querySelectorAll("*")) {
      if (!this.harmless(one) || !this.shown(one)) continue;
      const said = this.said(one);
      const rank = arg.words.findIndex((word) => new RegExp(word, "i").test(said));
      if (said.length < 60 && rank >= 0) found.push([rank, one]);
    }
    found.sort((one, two) => one[0] - two[0]);
    return found.length ? found[0][1] : null;
  },

  // What a person would press to bring a hidden element out: a closed details' summary, or the control of its panel.
  opener(el) {
    const plain = (one) => {
      const href = (one.getAttribute("href") || "").trim();
      const sends = /^(submit|image)$/i.test(one.getAttribute("type") || "") || (one.localName === "button" && one.closest("form") && !/^(button|reset)$/i.test(one.getAttribute("type") || ""));
      return !sends && (!href || href.startsWith("#") || /^javascript:/i.test(href)) && this.shown(one) && !one.contains(el);
    };
    const root = el.getRootNode();
    const outer = [];
    for (let at = this.parent(el); at && at !== document.body; at = this.parent(at)) outer.push(at);
    for (const at of outer.reverse()) {
      if (at.localName === "details" && !at.open) {
        return Array.from(at.children).find((one) => one.localName === "summary") || at;
      }
      const style = getComputedStyle(at), rect = at.getBoundingClientRect();
      const shut = style.display === "none" || style.visibility === "hidden" || rect.height < 4 || rect.width < 4 || parseFloat(style.opacity) < 0.1;
      if (!shut) continue;
      if (at.id) {
        const id = CSS.escape(at.id);
        const named = `[aria-controls~="${id}"], [href="#${id}"], [data-target="#${id}"], [data-bs-target="#${id}"], [data-tab="${id}"], [data-panel="${id}"]`;
        const found = Array.from(root.querySelectorAll(named)).find(plain);
        if (found) return found;
      }
      const label = at.getAttribute("aria-labelledby");
      const labelled = label && root.querySelector(`#${CSS.escape(label.trim().split(/\s+/)[0])}`);
      if (labelled && plain(labelled)) return labelled;
      const earlier = at.previousElementSibling;
      if (earlier) {
        const inside = [earlier, ...earlier.querySelectorAll("button, [role=button], [aria-expanded], [onclick], a[href^='#']")];
        const found = inside.find((one) => plain(one) && (one.localName === "button" || one.hasAttribute("aria-expanded") || one.hasAttribute("onclick") || one.getAttribute("role") === "button" || (one.getAttribute("href") || "").startsWith("#") || getComputedStyle(one).cursor === "pointer"));
        if (found) return found;
      }
    }
    return null;
  },

  // What was asked in a layer that the press brought up: the button or link in it that goes on.
  goer(_, arg) {
    const area = this.layer(innerWidth / 2, innerHeight / 2) || Array.from(document.querySelectorAll("dialog[open], [role=dialog], [role=alertdialog]")).find((one) => this.shown(one));
    if (!area) return null;
    const goes = (one) => this.shown(one) && new RegExp(arg.words, "i").test(this.said(one)) && this.said(one).length < 60;
    return Array.from(area.querySelectorAll("a, button, [role=button], input[type=button]")).find(goes) || null;
  },
  // On a short page that does little but say that one leaves the site: its link that goes on.
  onward(el, arg) {
    if ((document.body ? document.body.innerText : "").length > 1200) return null;
    const wanted = new RegExp(`${arg.words}|ceop`, "i");
    return Array.from(document.querySelectorAll("a[href]")).slice(0, 60).find((one) => /ceop/i.test(one.href) && this.shown(one) && wanted.test(this.said(one))) || null;
  },
  leads(el) {
    return el.href || "";
  },
  // The layer that lies over the page at a point, null when the page itself is there.
  layer(x, y) {
    for (let at = this.deepest(x, y); at && at !== document.body; at = this.parent(at)) {
      if (/fixed/.test(getComputedStyle(at).position) || (at.localName === "dialog" && at.open)) return at;
    }
    return null;
  },

  // Where its largest visible part is, in this frame's window: the element, or what it holds when it has no size itself.
  part(el) {
    const size = (one) => {
      const box = one.getBoundingClientRect();
      return box.width >= 1 && box.height >= 1 ? box.width * box.height : 0;
    };
    if (size(el) || el.localName === "area") return el;
    const inside = Array.from(el.querySelectorAll("*")).filter((one) => this.shown(one));
    return inside.sort((one, two) => size(two) - size(one)).find((one) => size(one) > 0) || null;
  },
  // Whether it is laid over a picture or text that names CEOP, and so need not draw anything itself.
  sign(el) {
    const box = (this.part(el) || el).getBoundingClientRect();
    const pile = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2).filter((one) => !el.contains(one) && !one.contains(el));
    const said = (one) => `${one.getAttribute("alt") || ""} ${one.localName === "img" ? one.currentSrc.split("/").pop() : ""} ${(one.innerText || "").slice(0, 200)}`;
    const style = getComputedStyle(el);
    const bare = !(el.innerText || "").trim() || parseFloat(style.opacity) < 0.1;
    return bare && pile.slice(0, 3).some((one) => /ceop/i.test(said(one)));
  },
  // Takes the element out of the picture, and puts it back, without moving anything. False when that cannot be done.
  fade(el, arg) {
    if (!arg.on) {
      if (arg.style === null) el.removeAttribute("style");
      else el.setAttribute("style", arg.style);
      return true;
    }
    if (getComputedStyle(el).display === "contents" || el.localName === "area" || this.sign(el)) return { can: false, style: null };
    const style = el.getAttribute("style");
    el.style.setProperty("transition", "none", "important");
    el.style.setProperty("opacity", "0", "important");
    return { can: true, style };
  },
  // Fills with a colour what pictures of the element there are that came, so that a see-through one can be told from one
  // that is missing or that something is painted over. False when there is none; those that a script was to bring later
  // have not come.
  async fill(el, arg) {
    const all = [el, ...el.querySelectorAll("*")].slice(0, 200);
    if (!arg.on) {
      for (const one of all) {
        if (one.dataset.sgauditFill === undefined) continue;
        one.style.boxShadow = one.dataset.sgauditFill;
        delete one.dataset.sgauditFill;
      }
      return true;
    }
    const later = (one) => ["data-src", "data-lazy", "data-lazy-src", "data-original", "data-srcset"].some((name) => one.hasAttribute(name));
    const comes = (src) => new Promise((done) => {
      const image = new Image();
      image.onload = () => done(image.naturalWidth > 0);
      image.onerror = () => done(false);
      setTimeout(() => done(false), 1500);
      image.src = src;
    });
    let any = false;
    for (const one of all) {
      const source = (/url\("?([^")]+)/.exec(getComputedStyle(one).backgroundImage) || ["", ""])[1];
      const came = one.localName === "img" ? one.complete && one.naturalWidth > 0 && /^http/.test(one.currentSrc) && !later(one) : source && (await comes(source));
      if (!came || !one.style) continue;
      any = true;
      one.dataset.sgauditFill = one.style.boxShadow;
      one.style.boxShadow = "inset 0 0 0 5000px #808080";
    }
    return any;
  },
  // Movement without end is held still, so that the element can be pressed where it is.
  hold() {
    for (const one of document.getAnimations()) one.pause();
    return true;
  },
  // Whether the page takes the start or the end of a touch for itself, so that no click comes of it.
  touched(el) {
    const box = this.part(el).getBoundingClientRect();
    const at = { identifier: 1, target: el, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    const touch = new Touch(at);
    const plain = { bubbles: true, cancelable: true, composed: true };
    return ["touchstart", "touchend"].some((name) => {
      const here = name === "touchstart" ? [touch] : [];
      return !el.dispatchEvent(new TouchEvent(name, { ...plain, touches: here, targetTouches: here, changedTouches: [touch] }));
    });
  },

  // What the keyboard works of a control: the box of a label; of a row of tabs the one that Tab stops at, from which the
  // arrow keys lead to the others.
  worked(el) {
    const row = el.getAttribute("role") === "tab" && el.tabIndex < 0 ? el.closest("[role=tablist]") : null;
    const first = row && Array.from(row.querySelectorAll("[role=tab]")).find((one) => one.tabIndex >= 0);
    return first || (el.localName === "label" && el.control) || el;
  },
  isBox(el) {
    return el.localName === "input" && /^(checkbox|radio)$/.test(el.type);
  },
  // Where nothing ties a control to the hidden element: one next to what hides it that shows more, or the next of several.
  turner(el, arg) {
    const wanted = new RegExp(arg.words, "i");
    for (let level = 0, at = this.parent(el); at && level < 6; level += 1, at = this.parent(at)) {
      if (level < 1 || !this.shown(at)) continue;
      const found = Array.from(at.querySelectorAll("*")).slice(0, 2000).filter((one) =>
        !one.contains(el) && !el.contains(one) && this.harmless(one) && this.shown(one) && this.said(one).length < 60 &&
        (wanted.test(this.said(one)) || /next|toggle|burger|expand|more/i.test(`${one.id} ${one.getAttribute("class") || ""}`) || one.getAttribute("aria-expanded") === "false"));
      if (found.length) return found[0];
    }
    return null;
  },
  // Whether it can be seen without a script's help: boxes that hide what stands out of them are as they are.
  seen(el) {
    const one = this.part(el);
    if (!one || !this.shown(one)) return false;
    const own = one.getBoundingClientRect();
    let [left, top, right, bottom] = [own.left, own.top, own.right, own.bottom];
    for (let at = this.parent(one); at && at !== document.body && at !== document.documentElement; at = this.parent(at)) {
      const style = getComputedStyle(at);
      if (style.display === "inline" || style.display === "contents") continue;
      const box = at.getBoundingClientRect();
      if (/hidden|clip/.test(style.overflowX)) [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      if (/hidden|clip/.test(style.overflowY)) [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
      if (style.position === "fixed") break;
    }
    return right - left >= 2 && bottom - top >= 3 && right + scrollX > 1 && bottom + scrollY > 1;
  },

  // What may explain that nothing came of a press: an empty field of its form.
  wanting(el) {
    const wanting = el.form && !el.noValidate && !el.form.noValidate && Array.from(el.form.elements).find((one) => one.willValidate && !one.validity.valid);
    const label = wanting && wanting.labels && wanting.labels[0];
    return wanting ? (label ? label.innerText : wanting.getAttribute("aria-label") || wanting.name || "a field").replace(/\s+/g, " ").trim().slice(0, 60) : "";
  },

  outline(el, arg) {
    if (arg.on) {
      el.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      el.dataset.sgauditOutline = el.style.outline;
      el.style.outline = "4px solid #d4351c";
      el.style.outlineOffset = "3px";
    } else {
      el.style.outline = el.dataset.sgauditOutline || "";
      el.style.outlineOffset = "";
      delete el.dataset.sgauditOutline;
    }
    return true;
  },
})
