// What one cell shows: text as it comes, pictures, HTML, errors.

export class Output {
  #stream = null; // the last element, if more text of the same kind may follow

  constructor(label) {
    this.element = document.createElement("div");
    this.element.className = "cell-shown";
    this.element.hidden = true;
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", `${label}: output`);
  }

  clear() {
    this.element.replaceChildren();
    this.#stream = null;
  }

  show(form, text) {
    if (form === "stdout" || form === "stderr") this.#write(form, text);
    else if (form === "text") this.#add("pre", "cell-value").textContent = text;
    else if (form === "html" || form === "svg") this.#add("div", "cell-html").innerHTML = text;
    else {
      const image = this.#add("img", "cell-image");
      image.alt = "What the cell drew";
      image.src = `data:image/${form};base64,${text}`;
    }
  }

  // A cell that has shown nothing leaves no empty frame.
  settle() {
    this.element.classList.toggle("cell-silent", !this.element.hasChildNodes());
  }

  error(short, full) {
    this.#add("pre", "cell-error").textContent = short.trimEnd();
    if (full.trim() === short.trim() || !full) return;
    const details = this.#add("details", "cell-full");
    details.append(Object.assign(document.createElement("summary"), { textContent: "Whole traceback" }));
    details.append(Object.assign(document.createElement("pre"), { textContent: full.trimEnd() }));
  }

  note(text) {
    this.#add("p", "cell-note").textContent = text;
  }

  #add(tag, className) {
    this.#stream = null;
    this.element.classList.remove("cell-silent");
    const element = Object.assign(document.createElement(tag), { className });
    this.element.append(element);
    return element;
  }

  // A carriage return goes back to the start of the line, which is how progress bars are drawn.
  #write(form, text) {
    const className = `cell-${form}`;
    let stream = this.#stream;
    if (stream?.className !== className) {
      stream = this.#add("pre", className);
      this.#stream = stream;
    }
    const { lastChild } = stream;
    if (!text.includes("\r") && !lastChild?.data.endsWith("\r")) {
      stream.append(text);
      return;
    }
    const all = (stream.textContent + text).replaceAll("\r\n", "\n");
    stream.textContent = all.replace(/[^\n]*\r(?=[^\r\n])/g, "");
  }
}
