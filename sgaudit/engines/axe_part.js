// One frame's part of a scan. Returns JSON: the part itself, or with `keep` leaves it here, and the frames within.
async (arg) => {
  const blank = () => !document.body || !(document.body.children.length || document.body.textContent.trim());
  if (blank()) await new Promise((done) => setTimeout(done, 700));
  const context = arg.context || document;
  const contexts = axe.utils.getFrameContexts(context, arg.options);
  const find = (selector) => {
    let root = document, found = null;
    for (const step of Array.isArray(selector) ? selector : [selector]) {
      found = root && root.querySelector(step);
      root = found && found.shadowRoot;
    }
    return found;
  };
  globalThis.sgauditFrames = contexts.map((one) => find(one.frameSelector));
  const part = await axe.runPartial(context, arg.options);
  // An element is named in the results by its selector, and found again by its place.
  const frames = contexts.map((one, number) => {
    const el = globalThis.sgauditFrames[number];
    const selector = part.frames[number] ? part.frames[number].selector.slice(-1)[0] : one.frameSelector;
    return { number, selector, context: one.frameContext, url: (el && (el.src || el.data)) || "" };
  });
  globalThis.sgauditPart = arg.keep ? part : null;
  return JSON.stringify({ part: arg.keep ? null : JSON.stringify(part), frames });
}
