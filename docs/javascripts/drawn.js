// Draws formulas (KaTeX) and diagrams (mermaid) on the pages that have any; both come from this site.
(() => {
  const assets = new URL("../assets/", document.currentScript.src);

  const add = (tag, attributes) =>
    new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), attributes);
      element.onload = done;
      element.onerror = failed;
      document.head.append(element);
    });

  async function formulas() {
    const places = document.querySelectorAll(".arithmatex");
    if (!places.length) return;
    const folder = new URL("katex/", assets);
    await Promise.all([
      add("link", { rel: "stylesheet", href: new URL("katex.min.css", folder).href }),
      add("script", { src: new URL("katex.min.js", folder).href }),
    ]);
    for (const place of places) {
      const text = place.textContent.trim();
      katex.render(text.slice(2, -2), place, { displayMode: text.startsWith("\\["), throwOnError: false });
    }
  }

  async function diagrams() {
    const places = [...document.querySelectorAll("div.diagram")];
    if (!places.length) return;
    const texts = places.map((place) => place.textContent);
    await add("script", { src: new URL("mermaid/mermaid.min.js", assets).href });
    const draw = async () => {
      const dark = document.body.dataset.mdColorScheme === "slate";
      mermaid.initialize({ startOnLoad: false, theme: dark ? "dark" : "neutral", fontFamily: "inherit" });
      for (const [number, place] of places.entries()) {
        const drawn = await mermaid.render(`diagram-${number}`, texts[number]);
        place.innerHTML = drawn.svg;
        place.classList.add("drawn");
      }
    };
    await draw();
    new MutationObserver(draw).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  }

  // Where the files are missing, for want of npm at the build, the text stays as it is.
  formulas().catch(() => {});
  diagrams().catch(() => {});
})();
