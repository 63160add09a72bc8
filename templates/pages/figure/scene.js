// The scene, unpacked: what stands where, and what is shown, read and written in each state.
const $ = id => document.getElementById(id);
const scene = JSON.parse($("scene").textContent);

const valueAt = (track, state) => track.of[track.of.length === 1 ? 0 : track.at ? track.at[state] : state];

function unboxed(boxes) {
  const numbers = [];
  for (const [start, count = 1, step = 1, rows = 1, down = 1] of boxes)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < count; i++) numbers.push(start + row * down + i * step);
  return numbers;
}

const places = scene.cells.map(rectangles => {
  const cells = [];
  for (const [top, left, rows = 1, columns = 1] of rectangles)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) cells.push([top + row, left + column]);
  return cells;
});

const counted = n => Array.from({length: n}, (_, i) => i);

// The elements of a shape, of `count`, that are shown in a state.
function shown(shape, count, state) {
  if (shape.when === undefined) return counted(count);
  const when = scene.whens[shape.when];
  return when.since ? counted(when.since[state]) : unboxed(valueAt(when.during, state));
}

// What tells two states apart in which the same elements are shown.
function sign(shape, state) {
  if (shape.when === undefined) return 0;
  const when = scene.whens[shape.when];
  if (when.since) return when.since[state];
  return when.during.of.length === 1 ? 0 : when.during.at ? when.during.at[state] : state;
}

// From what changes in each state to what an element is in any.
function remembered(changes) {
  const past = new Map();
  changes.forEach((changed, state) => {
    for (let i = 0; i < changed.length; i += 2) {
      if (!past.has(changed[i])) past.set(changed[i], []);
      past.get(changed[i]).push([state, changed[i + 1]]);
    }
  });
  return (element, state) => {
    const story = past.get(element) || [];
    let found;
    for (const [since, value] of story) {
      if (since > state) break;
      found = value;
    }
    return found;
  };
}

// The key of a cell, without its map: what it is called along each axis.
function keyOf(shape, element) {
  const cell = places[shape.cells][element];
  return shape.keys.map(axis =>
    axis.length === 3 ? (cell[axis[0]] - axis[1]) / axis[2] : Array.isArray(axis[0]) ? axis[0][element] : axis[0]);
}

function point([x, y, cx, cy, rx, ry], row, column) {
  return [x + column * cx + row * rx, y + column * cy + row * ry];
}
