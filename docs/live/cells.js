// Makes the cells of a page live: each `div.cell` holds a block of Python, and perhaps what it showed when the site
// was built (`.cell-output`). Each gets an editor, buttons, and a place for what it shows now.

import served from "../assets/py/served.js";
import { Editor } from "./editor.js";
import { Output } from "./output.js";
import { Session } from "./session.js";

const create = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const button = (text, label, onclick) => {
  const element = create("button", { type: "button", className: "cell-button", textContent: text, onclick });
  element.setAttribute("aria-label", label);
  return element;
};

class Cell {
  ran = false; // since Python was started
  busy = false; // it runs, or waits until it may
  turn = false; // it waits no longer

  constructor(div, number, page) {
    Object.assign(this, { div, number, page });
    const label = `Cell ${number}`;
    const code = div.querySelector(".highlight code");
    const run = () => this.run();
    this.editor = new Editor(code, label, { onRun: run, onInput: () => this.refresh() });
    this.built = div.querySelector(".cell-output");
    this.output = new Output(label);
    this.runButton = button("▶ Run", `Run cell ${number}`, () => this.runOrStop());
    this.runButton.classList.add("cell-run");
    this.aboveButton = button("Run all above", `Run all cells above cell ${number}`, () => page.runAbove(this));
    this.resetButton = button("Reset", `Reset cell ${number}: its code and what it shows`, () => this.reset());
    this.status = create("span", { className: "cell-status" });
    this.status.setAttribute("role", "status");
    const bar = create("div", { className: "cell-bar" });
    bar.append(this.runButton, this.aboveButton, this.resetButton, this.status);
    code.closest(".highlight").after(bar, this.output.element);
    div.classList.add("cell-live");
    this.refresh();
  }

  get needs() {
    return (this.div.dataset.needs ?? "").split(/\s+/).filter(Boolean);
  }

  // What it needs, and this copy of the site does not serve.
  get lacks() {
    return this.needs.filter((name) => !(name in served.lock.packages));
  }

  runOrStop() {
    if (!this.busy) this.run();
    else if (this.turn) this.page.session.stop();
  }

  // Runs the cell; returns whether those below it may run, too.
  async run() {
    if (this.busy) return false;
    this.busy = true;
    this.output.clear();
    this.output.element.hidden = false;
    if (this.built) this.built.hidden = true;
    this.status.textContent = "waiting…";
    this.refresh();
    const { source } = this.editor;
    let began;
    const listener = {
      onTurn: () => {
        this.turn = true;
        this.refresh();
      },
      onBegin: () => {
        began = performance.now();
        this.status.textContent = "running…";
      },
      onShow: (form, text) => this.output.show(form, text),
    };
    const ended = await this.page.session.run({ source, number: this.number, needs: this.needs }, listener);
    this.busy = this.turn = false;
    this.ran = ended.end === "done" || ended.end === "missing";
    this.status.textContent = this.#close(ended, began);
    this.page.refresh();
    return this.ran || this.lacks.length > 0; // what it lacks stops nobody else
  }

  // Shows how the cell ended; returns it in a few words.
  #close(ended, began) {
    const elapsed = (performance.now() - (began ?? performance.now())) / 1000;
    const seconds = `${elapsed.toFixed(elapsed < 1 ? 2 : 1)} s`;
    if (ended.end === "done") {
      this.output.settle();
      return `done in ${seconds}`;
    }
    if (ended.end === "error") {
      this.output.error(ended.short, ended.full);
      if (this.lacks.length) {
        this.output.note(`The cell needs ${this.lacks.join(", ")}, which the Python of this page does not have.`);
      } else if (/^NameError/m.test(ended.short) && this.page.aboveMissing(this)) {
        this.output.note("Perhaps the name is made by a cell above that has not run yet.");
      }
      return `error after ${seconds}`;
    }
    if (ended.end === "missing") {
      this.output.note(
        `${ended.why}. The cell ended at line ${ended.line}; what stands above that line has run. ` +
          "To run all of it, run it on your own machine." +
          (this.built ? " Below stands what it showed there." : ""),
      );
      if (this.built) this.built.hidden = false;
      return `needs ${ended.library}`;
    }
    if (ended.end === "stopped") {
      this.output.note("Stopped. All names that were there are still there.");
      return `stopped after ${seconds}`;
    }
    if (ended.end === "lost") {
      this.output.note("Stopped. Python was ended for it, and the names of all cells with it: run those above again.");
      return `stopped after ${seconds}`;
    }
    this.output.note("Did not run: Python was ended while the cell waited.");
    return "";
  }

  reset() {
    if (this.busy) return;
    this.editor.reset();
    this.output.clear();
    this.output.element.hidden = true;
    if (this.built) this.built.hidden = false;
    this.status.textContent = "";
    this.refresh();
  }

  refresh() {
    const waits = this.busy && !this.turn;
    this.runButton.textContent = waits ? "▶ Waits" : this.busy ? "■ Stop" : "▶ Run";
    this.runButton.setAttribute("aria-label", `${this.busy && this.turn ? "Stop" : "Run"} cell ${this.number}`);
    this.runButton.setAttribute("aria-disabled", waits); // and not disabled, which would take the focus away
    this.aboveButton.hidden = this.busy || !this.page.aboveMissing(this);
    this.resetButton.hidden = this.busy || !(this.editor.changed || !this.output.element.hidden);
    this.div.classList.toggle("cell-busy", this.busy);
  }
}

class Page {
  cells = [];

  constructor(divs) {
    this.session = new Session({
      onStage: (text) => {
        const cell = this.cells.find((it) => it.turn);
        if (cell) cell.status.textContent = text || "running…";
      },
      onLost: () => {
        for (const cell of this.cells) cell.ran = false;
        this.refresh();
      },
    });
    const intro =
      "The cells of this page run in your browser: press Run, change the code, run it again. " +
      `The first run loads Python, about ${served.megabytes} MB. `;
    const bar = create("div", { className: "cell-bar" });
    bar.append(
      button("Run all", "Run all cells of this page", () => this.runAbove(null)),
      button("Restart Python", "Restart Python: forget all names", () => this.session.restart()),
    );
    divs[0].before(create("div", { className: "cell-page" }, create("p", { textContent: intro }), bar));
    divs.forEach((div, at) => this.cells.push(new Cell(div, at + 1, this)));
  }

  above(cell) {
    return cell ? this.cells.slice(0, cell.number - 1) : this.cells;
  }

  aboveMissing(cell) {
    return this.above(cell).some((it) => !it.ran && !it.busy);
  }

  // Runs the cells above this one, or all, until one ends in an error.
  async runAbove(cell) {
    for (const it of this.above(cell)) if (!(await it.run())) return;
  }

  refresh() {
    for (const cell of this.cells) cell.refresh();
  }
}

const divs = [...document.querySelectorAll("div.cell")].filter((it) => it.querySelector(".highlight code"));
if (served && divs.length) new Page(divs);
