// Loads what makes cells live, on pages that have cells; a page that was opened as a file may not start a worker.

if (location.protocol !== "file:" && document.querySelector("div.cell")) {
  import(new URL("cells.js", document.currentScript.src));
}
