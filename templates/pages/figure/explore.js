// Pointing at cells, with a mouse, a finger or the keyboard.
const board = $("cells");
const related = new Set(sets.map(set => set.map));

// The grids whose cells are read or written, in drawing order; a grid is a map's cells on one lattice.
const grids = [];
for (const shape of scene.shapes) {
  if (shape.type !== "cells" || !related.has(scene.maps[shape.map])) continue;
  const map = scene.maps[shape.map];
  let grid = grids.find(other => other.map === map && other.number === shape.lattice);
  if (!grid) grids.push(grid = {map, number: shape.lattice, lattice: scene.lattices[shape.lattice], cells: new Map()});
  places[shape.cells].forEach(([row, column], element) => {
    const place = `${row},${column}`;
    if (!grid.cells.has(place)) grid.cells.set(place, {grid, map, row, column, key: keyOf(shape, element)});
  });
}

const byKey = new Map();
for (const grid of grids) for (const cell of grid.cells.values()) byKey.set(`${cell.map}|${cell.key}`, cell);

// The states in which sets of `numbers` hold a cell, and those sets.
function uses(numbers, cell) {
  const found = {states: [], sets: new Set()};
  const known = new Map();
  numbers.forEach((all, state) => {
    for (const number of all) {
      if (!known.has(number)) known.set(number, holds(sets[number], cell.map, cell.key));
      if (known.get(number)) { found.states.push(state); found.sets.add(number); }
    }
  });
  return found;
}

// The cells of the same figure that some states read or write.
function cellsOf(numbers, states, part) {
  const found = new Map();
  for (const number of new Set(states.flatMap(state => numbers[state])))
    if (partOf(sets[number].map) === part)
      for (const key of keysIn(sets[number])) {
        const name = `${sets[number].map}|${key}`;
        found.set(name, byKey.get(name));
      }
  return {count: found.size, cells: [...found.values()].filter(Boolean), map: found.size ? [...found.keys()][0].split("|")[0] : ""};
}

const hints = node("g", "", picture);

function mark(cells, className) {
  const group = node("g", className, hints);
  const d = cells.map(({grid, row, column}) => quad(grid.lattice, row, column, row + 1, column + 1)).join("");
  node("path", "hint under", group).setAttribute("d", d);
  node("path", "hint over", group).setAttribute("d", d);
}

// Shows what a cell has to do with others: an output cell's step, or all that read an input cell.
let pointed = null;
function pointAt(cell, isHeard) {
  if (cell === pointed) return;
  pointed = cell;
  hints.replaceChildren();
  if (!cell) {
    player.preview(null, false);
    player.said(false);
    return;
  }
  const part = partOf(cell.map), name = cellName(cell.map, cell.key);
  const writes = uses(scene.writes, cell), reads = uses(scene.reads, cell);
  cell.state = writes.sets.size === 1 ? writes.states[0] : null;
  if (cell.state !== null) {
    player.preview(cell.state, isHeard);
  } else {
    player.preview(null, false);
    const [others, verb] = writes.states.length ? [cellsOf(scene.reads, writes.states, part), "gets a part from"]
      : [cellsOf(scene.writes, reads.states, part), "is read by"];
    mark(others.cells, "others");
    const some = scene.steps.length ? " of those shown" : "";
    say(`${name}`, others.count ? `${verb} ${many(others.count, "cell")} of ${named(others.map)}${some}`
      : scene.steps.length ? "has no part in what is shown" : "is not read", isHeard);
  }
  mark([cell], "ring");
}

function cellAt(event) {
  const box = board.getBoundingClientRect();
  const x = (event.clientX - box.left) * scene.size[0] / box.width;
  const y = (event.clientY - box.top) * scene.size[1] / box.height;
  for (let i = grids.length - 1; i >= 0; i--) {
    const [left, top, cx, cy, rx, ry] = grids[i].lattice, area = cx * ry - cy * rx;
    const column = Math.floor(((x - left) * ry - (y - top) * rx) / area);
    const row = Math.floor(((y - top) * cx - (x - left) * cy) / area);
    const cell = grids[i].cells.get(`${row},${column}`);
    if (cell) return cell;
  }
  return null;
}

board.addEventListener("pointermove", event => {
  if (event.pointerType === "touch") return;
  const cell = cellAt(event);
  board.classList.toggle("pointed", Boolean(cell));
  pointAt(cell, true);
});
board.addEventListener("pointerleave", event => { if (event.pointerType !== "touch") pointAt(null); });
board.addEventListener("mousedown", event => event.preventDefault()); // arrow keys stay with the player
board.addEventListener("click", event => {
  const cell = cellAt(event);
  pointAt(cell, true);
  if (cell && cell.state !== null) player.jump(cell.state);
});

// With the keyboard: a cell to start from, and where each key goes from there.
const moves = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};

board.addEventListener("focus", () => {
  if (!grids.length) return;
  if (!pointed) pointAt([...grids[grids.length - 1].cells.values()][0], true);
});
board.addEventListener("blur", () => pointAt(null));
board.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !pointed) return;
  const by = moves[event.key], turn = {PageUp: 1, PageDown: -1}[event.key];
  let next = pointed;
  if (by) {
    const [rows, columns] = by;
    next = pointed.grid.cells.get(`${pointed.row + rows},${pointed.column + columns}`);
    for (let far = 2; !next && far < 4; far++) // over inserted zeros
      next = pointed.grid.cells.get(`${pointed.row + far * rows},${pointed.column + far * columns}`);
  } else if (turn) {
    const place = (grids.indexOf(pointed.grid) + turn + grids.length) % grids.length;
    next = [...grids[place].cells.values()][0];
  } else if (event.key === "Enter") {
    if (pointed.state !== null) player.jump(pointed.state);
  } else if (event.key === "Escape") board.blur();
  else return;
  event.preventDefault();
  if (next) pointAt(next, true);
});
