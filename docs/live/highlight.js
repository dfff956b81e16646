// Python's colours, in the classes of Pygments, with which the rest of the site is coloured, too.

const KEYWORDS =
  "and as assert async await break case class continue def del elif else except finally for from global if import in " +
  "is lambda match nonlocal not or pass raise return try while with yield";
const BUILTINS =
  "abs all any bool bytes callable dict dir display divmod enumerate filter float format frozenset getattr hasattr hash " +
  "help id input int isinstance issubclass iter len list map max min next object open pow print property range repr " +
  "reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip";
const words = (text) => new Set(text.split(" "));
const CLASSES = [
  [words(KEYWORDS), "k"],
  [words("True False None"), "kc"],
  [words("self cls"), "bp"],
  [words(BUILTINS), "nb"],
];
// Tried in this order at each place; what none of them matches is shown as it is.
const TOKENS = new RegExp(
  [
    /(?<c1>#.*)/,
    /(?<s2>\b[bfrBFRuU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /(?<nd>@[\w.]+(?<=^[ \t]*@[\w.]+))/,
    /(?<mi>\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?j?)|\.\d+(?:[eE][+-]?\d+)?)/,
    /(?<n>[\p{L}_][\p{L}\p{N}_]*)/,
    /(?<o>[-+*\/%@=<>!&|^~:]+=?)/,
    /(?<p>[()[\]{},.;])/,
  ]
    .map((it) => it.source)
    .join("|"),
  "gmu",
);
const escaped = (text) => text.replace(/[&<>]/g, (it) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[it]);

function nameClass(name, before) {
  if (/\bdef\s+$/.test(before)) return "nf";
  if (/\bclass\s+$/.test(before)) return "nc";
  if (!before.endsWith(".")) for (const [names, kind] of CLASSES) if (names.has(name)) return kind;
  return "n";
}

// The source as HTML.
export function highlight(source) {
  let html = "";
  let done = 0;
  for (const match of source.matchAll(TOKENS)) {
    html += escaped(source.slice(done, match.index));
    let [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
    if (kind === "n") kind = nameClass(match[0], source.slice(Math.max(0, match.index - 20), match.index));
    html += `<span class="${kind}">${escaped(match[0])}</span>`;
    done = match.index + match[0].length;
  }
  return html + escaped(source.slice(done));
}
