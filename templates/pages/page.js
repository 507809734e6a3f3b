"use strict";
document.documentElement.classList.add("js");

const KINDS = ["filter", "join key", "grouping", "ordering"];
const EDGE = { title: 46, row: 22 };
const make = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const svg = (tag, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
const key = (dataset, column) => JSON.stringify([dataset, column]);

/** What columns depend on; as in `ssbtc lineage`. */
class Lineage {
  constructor(boxes) {
    this.boxes = new Map(boxes.map((box) => [box.id, box]));
    this.columns = new Map();
    for (const box of boxes) {
      for (const column of box.columns) this.columns.set(key(box.id, column.name), { box, column });
    }
    this.known = new Map();
  }

  /** What decides about the rows of a dataset and of those that they come from. */
  rows(id) {
    const found = [], seen = new Set(), waiting = [id];
    while (waiting.length) {
      const box = this.boxes.get(waiting.pop());
      if (!box || seen.has(box.id)) continue;
      seen.add(box.id);
      found.push(...box.rows);
      waiting.push(...box.inputs);
    }
    return found;
  }

  /** All that a column depends on, by key: "up" for its value, "rows" for what decides about rows. */
  upstream(start) {
    if (this.known.has(start)) return this.known.get(start);
    const found = new Map(), waiting = [[start, "up"]];
    while (waiting.length) {
      const [each, how] = waiting.pop();
      const here = this.columns.get(each);
      if (!here) continue;
      const given = here.column.from.map(([dataset, column]) => [key(dataset, column), how]);
      for (const [dataset, column] of this.rows(here.box.id)) given.push([key(dataset, column), "rows"]);
      for (const [origin, met] of given) {
        const before = found.get(origin);
        if (before === "up" || before === met) continue;
        found.set(origin, met);
        waiting.push([origin, met]);
      }
    }
    this.known.set(start, found);
    return found;
  }

  /** All columns whose value comes from a column. */
  downstream(start) {
    const found = new Set();
    for (const each of this.columns.keys()) {
      if (this.upstream(each).get(start) === "up") found.add(each);
    }
    return found;
  }

  /** The datasets and sinks behind a dataset, itself included. */
  behind(id) {
    const found = new Set([id]);
    for (const box of this.boxes.values()) {
      if (box.inputs.some((input) => found.has(input))) found.add(box.id);
    }
    return found;
  }
}

/** The picture of a pipeline, which can be moved, enlarged and asked. */
class Picture {
  constructor(article) {
    this.view = article.querySelector(".view");
    this.sheet = article.querySelector(".sheet");
    this.told = article.querySelector(".told");
    this.graph = article.querySelector(".graph");
    this.hint = this.told.textContent;
    this.data = JSON.parse(article.querySelector(".picture").textContent);
    this.lineage = new Lineage(this.data.boxes);
    this.buttons = new Map();
    this.elements = new Map();
    this.draw();
    this.listen(article);
  }

  draw() {
    const [width, height] = this.data.size;
    this.flows = svg("svg", { class: "flows", width, height });
    this.values = svg("svg", { class: "values", width, height });
    for (const line of this.data.lines) this.flows.append(this.flow(line));
    this.sheet.append(this.flows);
    for (const box of this.data.boxes) this.sheet.append(this.box(box));
    this.sheet.append(this.values);
  }

  flow(line) {
    const from = this.lineage.boxes.get(line.from), to = this.lineage.boxes.get(line.to);
    const points = [[from.x + from.width, from.y + EDGE.title / 2], ...line.by, [to.x, to.y + EDGE.title / 2]];
    return svg("path", { d: points.slice(1).map((point, i) => curve(points[i], point)).join("") });
  }

  box(box) {
    const made = make("div", `box ${box.kind}`);
    Object.assign(made.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` });
    const title = make("h4", "", box.title);
    title.append(make("small", "", box.detail));
    title.title = `${box.title}, ${box.detail}`;
    title.addEventListener("click", () => this.chooseBox(box.id));
    made.append(title);
    for (const column of box.columns) {
      const button = make("button");
      button.type = "button";
      button.title = `${column.name} ${column.type}`;
      button.append(make("span", "", column.name), make("span", "", column.type));
      button.addEventListener("click", () => this.choose(key(box.id, column.name)));
      made.append(button);
      this.buttons.set(key(box.id, column.name), button);
    }
    this.elements.set(box.id, made);
    return made;
  }

  clear() {
    this.graph.classList.remove("traced");
    this.values.replaceChildren();
    for (const button of this.buttons.values()) button.className = "";
    for (const element of this.elements.values()) element.classList.remove("out");
    this.told.replaceChildren(make("p", "", this.hint));
  }

  /** Light up what a column is made from and what is made of it. */
  choose(chosen) {
    this.clear();
    const up = this.lineage.upstream(chosen), down = this.lineage.downstream(chosen);
    for (const [each, how] of up) this.buttons.get(each)?.classList.add(how);
    for (const each of down) this.buttons.get(each)?.classList.add("down");
    this.buttons.get(chosen).className = "chosen";
    const lit = new Set([chosen, ...down, ...[...up].filter(([, how]) => how === "up").map(([each]) => each)]);
    this.dim(new Set([...lit, ...up.keys()].map((each) => this.lineage.columns.get(each)?.box.id)), lit);
    for (const each of lit) {
      for (const [dataset, column] of this.lineage.columns.get(each).column.from) {
        if (lit.has(key(dataset, column))) this.valueLine(key(dataset, column), each, down.has(each) ? "down" : "up");
      }
    }
    this.tell(chosen, up, down);
  }

  /** Fade the boxes that have no part in it; a sink has part when its dataset has a lit column. */
  dim(parts, lit) {
    this.graph.classList.add("traced");
    const written = new Set([...lit].map((each) => this.lineage.columns.get(each).box.id));
    for (const [id, element] of this.elements) {
      const box = this.lineage.boxes.get(id);
      const has = box.kind === "sink" ? written.has(box.inputs[0]) : parts.has(id);
      element.classList.toggle("out", !has);
    }
  }

  valueLine(from, to, className) {
    const end = (each, right) => {
      const { box, column } = this.lineage.columns.get(each);
      const row = box.columns.indexOf(column);
      return [box.x + (right ? box.width : 0), box.y + EDGE.title + row * EDGE.row + EDGE.row / 2];
    };
    this.values.append(svg("path", { class: className, d: curve(end(from, true), end(to, false)) }));
  }

  tell(chosen, up, down) {
    const name = (each) => JSON.parse(each).join(".");
    const { box, column } = this.lineage.columns.get(chosen);
    const title = make("p");
    title.append(make("strong", "", name(chosen)), ` ${column.type}`);
    this.told.replaceChildren(title);
    const say = (word, names) => {
      if (!names.length) return;
      const line = make("p", "", `${word} `);
      line.append(make("code", "", names.join(", ")));
      this.told.append(line);
    };
    say("made from", column.from.map((each) => each.join(".")));
    const kinds = new Map();
    for (const [dataset, column_, kind] of this.lineage.rows(box.id)) {
      kinds.set(kind, (kinds.get(kind) || new Set()).add(`${dataset}.${column_}`));
    }
    for (const kind of KINDS) say(`${kind}:`, [...(kinds.get(kind) || [])]);
    say("made of it:", [...down].map(name));
    const reached = new Set([chosen, ...down].map((each) => this.lineage.columns.get(each).box.id));
    say("written to", this.data.boxes.filter((each) => each.kind === "sink" && reached.has(each.inputs[0])).map((each) => each.title));
  }

  /** Show a dataset's place in the flow. */
  chooseBox(id) {
    this.clear();
    const parts = this.lineage.behind(id), waiting = [id];
    while (waiting.length) {
      for (const input of this.lineage.boxes.get(waiting.pop()).inputs) {
        if (!parts.has(input)) waiting.push(input);
        parts.add(input);
      }
    }
    this.graph.classList.add("traced");
    for (const [each, element] of this.elements) element.classList.toggle("out", !parts.has(each));
    const box = this.lineage.boxes.get(id), line = make("p");
    line.append(make("strong", "", box.title), ` ${box.kind === "let" ? "dataset" : box.kind}, ${box.detail}; `);
    const link = make("a", "", "details");
    link.href = [...document.querySelectorAll("nav a.active ~ ul a")].find((a) => a.textContent === box.title && a.classList.contains(box.kind))?.getAttribute("href") || "#";
    line.append(link);
    this.told.replaceChildren(line);
  }

  place() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.view.style.backgroundPosition = `${this.x}px ${this.y}px`;
  }

  fit() {
    const [width, height] = this.data.size;
    // A small picture needs no large frame.
    this.view.style.maxHeight = `${Math.max(220, height * 1.1 + 64)}px`;
    const { clientWidth, clientHeight } = this.view;
    this.scale = Math.min(1.1, (clientWidth - 48) / width, (clientHeight - 48) / height);
    this.x = (clientWidth - width * this.scale) / 2;
    this.y = (clientHeight - height * this.scale) / 2;
    this.place();
  }

  zoom(factor, x = this.view.clientWidth / 2, y = this.view.clientHeight / 2) {
    const scale = Math.min(3, Math.max(0.05, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.place();
  }

  move(x, y) {
    this.x += x;
    this.y += y;
    this.place();
  }

  listen(article) {
    const { view } = this;
    let last = null, moved = 0;
    view.addEventListener("pointerdown", (event) => {
      if (event.button === 0) { last = [event.clientX, event.clientY]; moved = 0; }
    });
    view.addEventListener("pointermove", (event) => {
      if (!last) return;
      const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
      moved += Math.abs(x) + Math.abs(y);
      // A hand that clicks trembles; and a captured pointer would click nothing.
      if (moved < 5) return;
      view.setPointerCapture(event.pointerId);
      view.classList.add("moving");
      last = [event.clientX, event.clientY];
      this.move(x, y);
    });
    const stop = () => { last = null; view.classList.remove("moving"); };
    view.addEventListener("pointerup", stop);
    view.addEventListener("pointercancel", stop);
    view.addEventListener("click", (event) => { if (moved < 5 && !event.target.closest(".box")) this.clear(); });
    view.addEventListener("wheel", (event) => {
      event.preventDefault();
      const corner = view.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 500), event.clientX - corner.left, event.clientY - corner.top);
    }, { passive: false });
    view.addEventListener("keydown", (event) => {
      const does = {
        "+": () => this.zoom(1.25), "-": () => this.zoom(0.8), 0: () => this.fit(), Escape: () => this.clear(),
        ArrowLeft: () => this.move(60, 0), ArrowRight: () => this.move(-60, 0),
        ArrowUp: () => this.move(0, 60), ArrowDown: () => this.move(0, -60),
      }[event.key];
      if (does) { event.preventDefault(); does(); }
    });
    const tools = { in: () => this.zoom(1.25), out: () => this.zoom(0.8), fit: () => this.fit() };
    for (const button of article.querySelectorAll("[data-do]")) button.addEventListener("click", tools[button.dataset.do]);
    for (const card of article.querySelectorAll("[data-dataset]")) {
      for (const button of card.querySelectorAll("button.column")) {
        button.addEventListener("click", () => {
          this.choose(key(card.dataset.dataset, button.textContent));
          this.graph.scrollIntoView({ block: "nearest" });
        });
      }
    }
  }
}

function curve([x1, y1], [x2, y2]) {
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

const pictures = new Map();

/** Show the pipeline that the address names, the first if it names none. */
function show() {
  const target = document.getElementById(location.hash.slice(1));
  const article = target?.closest("article") || document.querySelector("article");
  if (!article) return;
  for (const each of document.querySelectorAll("article")) each.classList.toggle("active", each === article);
  for (const each of document.querySelectorAll("nav > ul > li > a")) {
    each.classList.toggle("active", each.getAttribute("href") === `#${article.id}`);
  }
  if (!pictures.has(article)) {
    pictures.set(article, new Picture(article));
    pictures.get(article).fit();
  }
  // What was hidden when the address changed could not be scrolled to.
  if (target && target !== article) target.scrollIntoView();
}

function search(words) {
  const wanted = words.trim().toLowerCase();
  let any = false;
  for (const pipeline of document.querySelectorAll("nav > ul > li")) {
    let found = false;
    for (const item of pipeline.querySelectorAll("[data-words]")) {
      item.hidden = !item.dataset.words.toLowerCase().includes(wanted);
      found ||= !item.hidden;
    }
    pipeline.hidden = !found;
    any ||= found;
  }
  document.getElementById("nothing").hidden = any;
}

/** Mark what belongs together in the source and the script. */
function mark(line, scroll) {
  const listings = line.closest(".listings");
  for (const each of listings.querySelectorAll(".marked")) each.classList.remove("marked");
  const parts = listings.querySelectorAll(`[data-part="${line.dataset.part}"]`);
  const own = line.closest("pre");
  let other = null;
  for (const each of parts) {
    each.classList.add("marked");
    if (each.closest("pre") !== own) other ||= each;
  }
  if (scroll && other) {
    const pane = other.closest("pre");
    pane.scrollTop += other.getBoundingClientRect().top - pane.getBoundingClientRect().top - 60;
  }
}

for (const line of document.querySelectorAll("[data-part]")) {
  line.addEventListener("click", () => mark(line, true));
}
document.getElementById("search").addEventListener("input", (event) => search(event.target.value));
window.addEventListener("hashchange", show);
window.addEventListener("resize", () => { for (const each of pictures.values()) each.fit(); });
show();
