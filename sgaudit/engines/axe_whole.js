// The parts of all frames put together, and of that only what is kept. Returns JSON.
async (arg) => {
  const parts = [globalThis.sgauditPart, ...arg.parts.map((one) => (one === null ? null : JSON.parse(one)))];
  globalThis.sgauditPart = null;
  const found = await axe.finishRun(parts, arg.options);
  const cut = (text, length) => (text && text.length > length ? text.slice(0, length) : text || "");
  const node = (one) => ({ target: one.target, html: cut(one.html, 500), summary: cut(one.failureSummary, 1500), impact: one.impact });
  const rule = (outcome) => (one) => ({
    id: one.id, outcome, impact: one.impact, tags: one.tags, help: one.help, helpUrl: one.helpUrl,
    count: one.nodes.length, nodes: one.nodes.slice(0, arg.most).map(node),
  });
  return JSON.stringify({
    version: found.testEngine.version,
    passes: found.passes.length,
    results: found.violations.map(rule("failed")).concat(found.incomplete.map(rule("cantTell"))),
  });
}
