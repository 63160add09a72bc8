// Pointing at cells, with a mouse, a finger or the keyboard.
const board = $("cells");

// The grids whose cells are read or written, in drawing order: a grid is a map's cells on one lattice. Maps that are
// drawn without their cells are sheets; where one is pointed at, the nearest state that makes a cell of it is meant.
const grids = [], sheets = [], byKey = new Map();

const nameOf = (map, key) => `${map}|${key}`;

function gather() {
  const used = numbers => new Set(numbers.flat().map(number => sets[number].map));
  const written = used(scene.writes), related = used([scene.writes, scene.reads, scene.behind].flat());
  scene.shapes.forEach((shape, depth) => {
    const map = scene.maps[shape.map], lattice = scene.lattices[shape.lattice];
    if (shape.type === "cells" && related.has(map)) {
      let grid = grids.find(other => other.map === map && other.lattice === lattice);
      if (!grid) grids.push(grid = {map, lattice, cells: new Map()});
      places[shape.cells].forEach(([row, column], element) => {
        const place = `${row},${column}`;
        if (grid.cells.has(place)) return;
        const cell = {grid, map, row, column, key: keyOf(shape, element), block: [row, column, row + 1, column + 1]};
        grid.cells.set(place, cell);
        byKey.set(nameOf(map, cell.key), cell);
      });
    }
    if (shape.type !== "blocks" || shape.part === "line" || !written.has(map)) return;
    if (shape.blocks.of.length === 1) {
      if (shape.blocks.of[0].length) sheets.push({map, lattice, whole: shape.blocks.of[0][0], spots: []});
    } else if (shape.part === "whole") {
      // Slices of one slab lie at several heights over the still floor.
      const own = sheets.filter(sheet => sheet.map === map);
      const sheet = own.find(other => other.lattice === lattice) || own.at(-1);
      if (sheet) sheet.spots.push(...counted(scene.states).flatMap(state => {
        const [block] = valueAt(shape.blocks, state);
        const set = sets[scene.writes[state].find(number => sets[number].map === map)];
        return block && set ? [{grid: {lattice}, map, key: keysIn(set).next().value, block}] : [];
      }));
    }
  });
  if (!grids.length) for (const name of ["tabindex", "role", "aria-label", "aria-roledescription", "aria-describedby"])
    board.removeAttribute(name);
}

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

// The cells of one figure that some states read or write.
function cellsOf(numbers, states, part) {
  const found = new Map();
  for (const set of [...new Set(states.flatMap(state => numbers[state]))].map(number => sets[number]))
    if (partOf(set.map) === part) for (const key of keysIn(set)) found.set(nameOf(set.map, key), set.map);
  const cells = [...found.keys()].map(name => byKey.get(name)).filter(Boolean);
  return {count: found.size, cells, map: [...found.values()][0]};
}

const hints = node("g", "", picture);

function mark(cells, className) {
  if (!cells.length) return;
  const group = node("g", className, hints), [, , cx, cy, rx, ry] = cells[0].grid.lattice;
  const [top, , bottom] = cells[0].block, side = Math.min(Math.hypot(cx, cy), Math.hypot(rx, ry)) * (bottom - top);
  group.style.setProperty("--side", `${side}px`);
  const d = cells.map(({grid, block}) => quad(grid.lattice, ...block)).join("");
  node("path", "hint under", group).setAttribute("d", d);
  node("path", "hint over", group).setAttribute("d", d);
}

// Shows what a cell has to do with others: an output cell's step, or all that read an input cell.
let pointed = null;
function pointAt(cell, isHeard) {
  if (cell === pointed) return;
  pointed = cell;
  hints.replaceChildren();
  if (!cell) return player.release();
  const writes = uses(scene.writes, cell), reads = uses(scene.reads, cell), behind = uses(scene.behind, cell);
  cell.state = writes.sets.size === 1 ? writes.states[0] : null;
  player.preview(cell.state, isHeard);
  if (cell.state === null) {
    const part = partOf(cell.map);
    const [others, verb] = writes.states.length ? [cellsOf(scene.reads, writes.states, part), "gets_part_from"]
      : behind.states.length ? [cellsOf(scene.writes, behind.states, part), "is_seen_by"]
      : [cellsOf(scene.writes, reads.states, part), "is_read_by"];
    mark(others.cells, "others");
    const text = others.count ? word(verb, {cells: cellsIn(others.count, others.map)}) : word("is_not_read");
    say(inPart(part, `${named(cell.map)} (${cell.key.join(", ")})`),
      scene.isSampled ? word("in_what_is_shown", {text}) : text, isHeard);
  }
  mark([cell], "ring");
}

function placeOf([left, top, cx, cy, rx, ry], x, y) {
  const area = cx * ry - cy * rx;
  return [((y - top) * cx - (x - left) * cy) / area, ((x - left) * ry - (y - top) * rx) / area];
}

function nearest({whole: [top, left, bottom, right], spots}, x, y) {
  const inside = ({grid}) => {
    const [row, column] = placeOf(grid.lattice, x, y);
    return row >= top && row < bottom && column >= left && column < right;
  };
  const far = ({grid, block}) => {
    const [u, v] = point(grid.lattice, (block[0] + block[2]) / 2, (block[1] + block[3]) / 2);
    return Math.hypot(u - x, v - y);
  };
  return spots.filter(inside).reduce((best, spot) => !best || far(spot) < far(best) ? spot : best, null);
}

function cellAt(event) {
  const box = board.getBoundingClientRect();
  const x = (event.clientX - box.left) * scene.size[0] / box.width;
  const y = (event.clientY - box.top) * scene.size[1] / box.height;
  for (const {lattice, cells} of [...grids].reverse()) {
    const cell = cells.get(placeOf(lattice, x, y).map(Math.floor).join());
    if (cell) return cell;
  }
  for (const sheet of [...sheets].reverse()) {
    const spot = nearest(sheet, x, y);
    if (spot) return spot;
  }
  return null;
}

gather();
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

