// The Python of one page: a worker that is started when it is first needed, and that runs one cell at a time.

const PATIENCE = 4000; // milliseconds that a cell has to stop by itself

export class Session {
  #worker = null; // from the first run until it is ended
  #ready = null; // a promise: Python has started
  #running = null; // {resolve, reject, onShow} of the cell that runs
  #queue = Promise.resolve(); // the cells that wait, one behind the other
  #interrupt = null; // memory shared with the worker: through it a running cell is interrupted
  #age = 0; // counts the times that the state was lost

  // onStage(text) hears what takes its time, onLost() that all names are gone.
  constructor({ onStage, onLost }) {
    Object.assign(this, { onStage, onLost });
  }

  // Runs a cell after those that wait. The listener hears onTurn() when it waits no longer, onBegin() when Python has
  // started, too, and onShow(form, text) of all that the cell shows.
  // Returns how it ended, see runner.py; {end: "dropped"} if the state was lost while the cell waited.
  run(cell, listener) {
    const age = this.#age;
    const ended = this.#queue.then(() => (age === this.#age ? this.#run(cell, listener) : { end: "dropped" }));
    this.#queue = ended;
    return ended;
  }

  async #run(cell, { onTurn, onBegin, onShow }) {
    onTurn();
    this.#start();
    const worker = this.#worker;
    try {
      return await new Promise((resolve, reject) => {
        this.#running = { resolve, reject, onShow };
        this.#ready.then(() => {
          onBegin();
          if (this.#interrupt) this.#interrupt[0] = 0; // one that came too late for the cell before
          worker.postMessage({ kind: "run", ...cell });
        }, reject);
      });
    } catch (error) {
      this.restart();
      return { end: "error", short: error.message, full: "" };
    } finally {
      this.#running = null;
      this.onStage("");
    }
  }

  #start() {
    if (this.#worker) return;
    this.#worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    if (self.crossOriginIsolated) this.#interrupt = new Uint8Array(new SharedArrayBuffer(1));
    this.#ready = new Promise((ready, failed) => {
      this.#worker.onmessage = ({ data }) => {
        if (data.kind === "stage") this.onStage(data.text);
        else if (data.kind === "ready") ready();
        else if (data.kind === "show") this.#running?.onShow(data.form, data.text);
        else if (data.kind === "ended") this.#running?.resolve(data);
        else this.#running?.reject(new Error(`Python does not run here: ${data.text}`));
      };
      this.#worker.onerror = (event) => {
        event.preventDefault();
        failed(new Error(`Python does not start here: ${event.message ?? "the worker cannot be loaded"}`));
      };
    });
    this.#worker.postMessage({ kind: "start", interrupt: this.#interrupt });
  }

  // Stops the running cell. Where the browser shares memory, Python is interrupted and keeps its names;
  // elsewhere, or if that does not help, the worker is ended, and all names are gone.
  stop() {
    const running = this.#running;
    if (!running) return;
    if (this.#interrupt) {
      this.#interrupt[0] = 2; // SIGINT
      setTimeout(() => running === this.#running && this.restart(), PATIENCE);
    } else {
      this.restart();
    }
  }

  // Forgets all names, and whatever runs or waits.
  restart() {
    this.#worker?.terminate();
    this.#worker = this.#interrupt = null;
    this.#age += 1;
    this.#running?.resolve({ end: "lost" });
    this.onLost();
  }
}
