// What is looked at on one page in one combination. arguments: whether to look at colours only, and the callback.
// Answers { faults: ["rule: selector (help)"], wide: [selectors], heading: y or null, weight, foreign: [addresses], status }.
const [coloursOnly, done] = arguments;
const options = {
  preload: false,
  resultTypes: ["violations"],
  runOnly: coloursOnly
    ? { type: "rule", values: ["color-contrast", "link-in-text-block"] }
    : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
};
const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
const heading = document.querySelector("h1");
const root = document.documentElement;
const tooWide = () => {
  if (root.scrollWidth <= root.clientWidth) return [];
  const inScroller = (node) => { for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return true; return false; };
  const name = (node) => node.tagName.toLowerCase() + (node.id ? `#${node.id}` : "") + [...node.classList].map((part) => `.${part}`).join("");
  return [...document.body.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 0.5 && !inScroller(node)).map(name).slice(0, 3);
};
// Styles, script and icons come compressed. Pages do not (they hold secrets beside text that others choose), so theirs is reckoned.
const packed = async (text) => (await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).byteLength;
const weigh = async () => entries.slice(1).reduce((sum, entry) => sum + entry.encodedBodySize, await packed(root.outerHTML));
Promise.all([axe.run(document, options), weigh()]).then(
  ([found, weight]) => done({
    faults: found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].target.join(" ")} ${rule.nodes[0].any.map((any) => any.message).join("; ").slice(0, 200)} (${rule.nodes.length}×, ${rule.help})`),
    wide: root.scrollWidth > root.clientWidth ? [`${root.scrollWidth} > ${root.clientWidth}`, ...tooWide()] : [],
    heading: heading ? Math.round(heading.getBoundingClientRect().top + scrollY) : null,
    weight,
    foreign: entries.map((entry) => entry.name).filter((name) => !name.startsWith(location.origin) && !name.startsWith("data:")),
    status: performance.getEntriesByType("navigation")[0].responseStatus,
  }),
  (error) => done({ faults: [`axe failed: ${error}`], wide: [], heading: null, weight: 0, foreign: [], status: 0 }),
);
