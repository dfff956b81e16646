// An editor over the code block that is there already: a transparent text area in the very place of the coloured text.
//
// The browser does the editing (undo, selection, the keyboard of a phone, screen readers); this only adds indentation.

import { highlight } from "./highlight.js";

const INDENT = "    ";
const KEYS = "Tab leaves the editor, Ctrl+] and Ctrl+[ indent, Shift+Enter or Ctrl+Enter runs the cell.";

export class Editor {
  // onRun() and onInput() are called when the reader asks to run the cell, and after each change.
  constructor(code, label, { onRun, onInput }) {
    Object.assign(this, { code, onRun, onInput });
    this.original = code.textContent.replace(/\n$/, "");
    this.coloured = code.innerHTML.replace(/\n(?=(<\/\w+>)*$)/, ""); // by Pygments, until something is changed
    code.innerHTML = this.coloured;
    this.area = Object.assign(document.createElement("textarea"), {
      className: "cell-editor",
      value: this.original,
      spellcheck: false,
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      rows: 1,
    });
    this.area.setAttribute("autocorrect", "off");
    this.area.setAttribute("aria-label", `${label}: Python code. ${KEYS}`);
    code.setAttribute("aria-hidden", "true"); // the text area says the same
    code.removeAttribute("tabindex");
    code.after(this.area);
    this.area.addEventListener("input", () => this.#show());
    this.area.addEventListener("keydown", (event) => this.#onKey(event));
  }

  get source() {
    return this.area.value;
  }

  get changed() {
    return this.area.value !== this.original;
  }

  reset() {
    this.area.value = this.original;
    this.#show();
  }

  #show() {
    this.code.innerHTML = this.changed ? highlight(this.area.value) : this.coloured;
    this.onInput();
  }

  #onKey(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing } = event;
    const command = ctrlKey || metaKey;
    if (isComposing || altKey) return;
    if (key === "Enter" && (shiftKey || command)) this.onRun();
    else if (key === "Enter") this.#insert(`\n${this.#nextIndent()}`);
    else if (command && (key === "]" || key === "[")) this.#indent(key === "]");
    else if (key === "Backspace" && !command && this.#isIndented()) this.#replace(this.area.selectionStart - 4, this.area.selectionStart, "");
    else return;
    event.preventDefault();
  }

  get #line() {
    const { value, selectionStart } = this.area;
    return value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
  }

  #nextIndent() {
    return this.#line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(this.#line) ? INDENT : "");
  }

  #isIndented() {
    const { selectionStart, selectionEnd } = this.area;
    return selectionStart === selectionEnd && /^( {4})+$/.test(this.#line);
  }

  // Indents the selected lines, or takes one step of indentation away.
  #indent(more) {
    const { value, selectionStart, selectionEnd } = this.area;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const next = value.indexOf("\n", Math.max(selectionStart, selectionEnd - 1));
    const to = next < 0 ? value.length : next;
    const lines = value.slice(from, to).split("\n");
    const moved = lines.map((line) => (more ? INDENT + line : line.replace(/^ {1,4}/, ""))).join("\n");
    this.#replace(from, to, moved);
    const shift = moved.length - (to - from);
    if (lines.length > 1) this.area.setSelectionRange(from, to + shift);
    else this.area.setSelectionRange(Math.max(from, selectionStart + shift), Math.max(from, selectionEnd + shift));
  }

  #replace(from, to, text) {
    this.area.setSelectionRange(from, to);
    this.#insert(text);
  }

  #insert(text) {
    // Deprecated, and the only way to change a text area that leaves the reader's undo as it was.
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.#show();
    }
  }
}
