// The worker in which a page's Python runs, so that a cell that never ends does not freeze the page.
//
// In:  {kind: "start", interrupt}            once; `interrupt` is shared memory, where the browser grants it
//      {kind: "run", source, number, needs}  one at a time
// Out: {kind: "stage", text}                 what the start is doing
//      {kind: "ready"}                       or {kind: "failed", text}
//      {kind: "show", form, text}            what the cell shows, as it comes
//      {kind: "ended", end, …}               see Session.run in runner.py

import served from "../assets/py/served.js";
import { loadPyodide } from "../assets/py/pyodide.mjs";

const assets = new URL("../assets/py/", import.meta.url).href;
const post = (kind, rest = {}) => self.postMessage({ kind, ...rest });
const stage = (text) => post("stage", { text });
let python, session;

async function fetched(address, how) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  return answer[how]();
}

async function start(interrupt) {
  stage("Downloading and starting Python…");
  python = await loadPyodide({
    indexURL: assets,
    packageBaseUrl: assets,
    lockFileContents: served.lock,
  });
  stage("Loading NumPy and minitorch…");
  const [, runner, data] = await Promise.all([
    load(["minitorch"]),
    fetched(new URL("runner.py", import.meta.url), "text"),
    fetched(assets + served.data, "arrayBuffer"),
  ]);
  python.unpackArchive(data, "zip", { extractDir: "." });
  python.FS.writeFile("runner.py", runner);
  stage("Importing minitorch…");
  python.runPython("import sys; sys.path.insert(0, '.'); import minitorch");
  const show = (form, text) => post("show", { form, text });
  session = python.pyimport("runner").Session(show, python.toPy(served.missing));
  if (interrupt) python.setInterruptBuffer(interrupt);
}

const load = (names) => python.loadPackage(names, { messageCallback() {}, errorCallback: stage });

// The packages of the lock that this source imports, beside those that the page says it needs.
function packages(source, needs) {
  let imported = [];
  try {
    imported = python.pyimport("pyodide.code").find_imports(source).toJs();
  } catch {
    // a syntax error, which running it will show
  }
  return Object.entries(served.lock.packages)
    .filter(([name, { imports }]) => needs.includes(name) || imports.some((it) => imported.includes(it)))
    .map(([name]) => name)
    .filter((name) => !(name in python.loadedPackages));
}

async function run({ source, number, needs }) {
  const names = packages(source, needs);
  if (names.length) {
    stage(`Loading ${names.join(", ")}…`);
    await load(names);
  }
  stage("");
  const ended = session.run(source, number);
  post("ended", ended.toJs({ dict_converter: Object.fromEntries }));
  ended.destroy();
}

self.onmessage = async ({ data: message }) => {
  try {
    if (message.kind === "start") {
      await start(message.interrupt);
      post("ready");
    } else {
      await run(message);
    }
  } catch (error) {
    post("failed", { text: String(error.message ?? error) });
  }
};
