// Draws the scene as SVG: one group a shape, in order; a state changes what differs.
const picture = $("picture");

function node(name, className, parent) {
  const made = document.createElementNS(picture.namespaceURI, name);
  if (className) made.setAttribute("class", className);
  if (parent) parent.append(made);
  return made;
}

// One path for each kind of dash that lines have.
function lineNodes(group) {
  const made = new Map();
  return lines => {
    const drawn = new Map();
    for (const [dash, d] of lines) drawn.set(dash, (drawn.get(dash) || "") + d);
    for (const dash of drawn.keys())
      if (!made.has(dash)) made.set(dash, node("path", dash === undefined ? "l" : `l d${dash}`, group));
    for (const [dash, path] of made) path.setAttribute("d", drawn.get(dash) || "");
  };
}

const quad = (lattice, top, left, bottom, right) =>
  "M" + [[top, left], [top, right], [bottom, right], [bottom, left]].map(at => point(lattice, ...at)).join("L") + "z";

// The lines around cells, each once: those along rows, then those along columns.
function edges(lattice, cells) {
  const [, , cx, cy, rx, ry] = lattice;
  const along = new Set(), down = new Set();
  for (const [row, column] of cells) {
    along.add(row * 65536 + column).add((row + 1) * 65536 + column);
    down.add(row * 65536 + column).add(row * 65536 + column + 1);
  }
  const path = (codes, x, y) => {
    let d = "";
    for (const code of codes) d += `M${point(lattice, Math.floor(code / 65536), code % 65536)}l${x},${y}`;
    return d;
  };
  return [path(along, cx, cy), path(down, rx, ry)];
}

const drawers = {
  cells(shape, group) {
    const lattice = scene.lattices[shape.lattice], cells = places[shape.cells];
    const level = shape.levels !== undefined ? element => scene.texts[shape.levels][element]
      : shape.levelChanges ? remembered(shape.levelChanges) : null;
    const areas = node("g", level ? "levels" : "", group);
    const area = level ? null : node("path", "a", areas);
    const draw = lineNodes(group), [first, second] = shape.dash || [];
    return state => {
      const elements = shown(shape, cells.length, state);
      const d = ([row, column]) => quad(lattice, row, column, row + 1, column + 1);
      if (area) area.setAttribute("d", elements.map(element => d(cells[element])).join(""));
      else {
        const alike = new Map();
        for (const element of elements) {
          const value = level(element, state);
          alike.set(value, (alike.get(value) || "") + d(cells[element]));
        }
        areas.replaceChildren();
        for (const [value, path] of alike) node("path", shape.role + value, areas).setAttribute("d", path);
      }
      if (shape.bare) return;
      const [along, down] = edges(lattice, elements.map(element => cells[element]));
      draw([[first, along], [second, down]]);
    };
  },

  texts(shape, group) {
    group.setAttribute("font-size", shape.em);
    group.setAttribute("text-anchor", shape.anchor);
    const points = scene.points[shape.points];
    const text = shape.changes ? remembered(shape.changes) : element => scene.texts[shape.text][element];
    const level = shape.levels !== undefined ? element => scene.texts[shape.levels][element]
      : shape.levelChanges ? remembered(shape.levelChanges) : null;
    return state => {
      const elements = shown(shape, points.length, state);
      while (group.childElementCount > elements.length) group.lastChild.remove();
      while (group.childElementCount < elements.length) node("text", "", group);
      elements.forEach((element, i) => {
        const line = group.children[i], words = text(element, state), step = level && level(element, state);
        if (line.was && line.was.element === element && line.was.words === words && line.was.step === step) return;
        line.was = {element, words, step};
        line.setAttribute("x", points[element][0]);
        line.setAttribute("y", points[element][1]);
        line.textContent = words;
        line.removeAttribute("textLength");
        if (level) line.setAttribute("class", shape.role + step);
      });
      // Another font than the one that was measured may be wider than the page.
      if (["label", "equation", "caption"].includes(shape.role))
        for (const line of group.children)
          if (line.getComputedTextLength() > scene.size[0] - 4) {
            line.setAttribute("textLength", scene.size[0] - 4);
            line.setAttribute("lengthAdjust", "spacingAndGlyphs");
          }
    };
  },

  lines(shape, group) {
    const draw = lineNodes(group);
    return (state, moved) => {
      const ends = valueAt(shape.ends, state), seen = moved || ends, lines = [];
      for (let i = 0; i < ends.length; i += 4) {
        const [x, y, u, v] = ends.slice(i, i + 4);
        const dash = shape.dash && shape.dash[Math.hypot(u - x, v - y).toFixed(1)];
        lines.push([dash, `M${seen[i]},${seen[i + 1]}L${seen[i + 2]},${seen[i + 3]}`]);
      }
      draw(lines);
    };
  },

  blocks(shape, group) {
    const lattice = scene.lattices[shape.lattice];
    const area = node("path", "a", group), draw = lineNodes(group);
    return state => {
      const blocks = valueAt(shape.blocks, state), lines = [];
      area.setAttribute("d", blocks.map(block => quad(lattice, ...block)).join(""));
      for (const [top, left, bottom, right] of shape.part === "fill" ? [] : blocks) {
        const corners = [[top, left], [top, right], [bottom, right], [bottom, left]].map(at => point(lattice, ...at));
        corners.forEach(([x, y], i) => {
          const [u, v] = corners[(i + 1) % 4];
          lines.push([shape.dash && shape.dash[Math.hypot(u - x, v - y).toFixed(1)], `M${x},${y}L${u},${v}`]);
        });
      }
      draw(lines);
    };
  },
};

const layers = scene.shapes.map(shape => {
  const group = node("g", "", picture);
  return {shape, group, draw: drawers[shape.type](shape, group), last: null};
});

// What a shape looks like in a state, apart from the paint: drawn anew only where this differs.
function looks(shape, state) {
  if (shape.changes || shape.levelChanges) return state;
  const moves = shape.ends || shape.blocks;
  if (moves) return moves.of.length === 1 ? 0 : moves.at ? moves.at[state] : state;
  return sign(shape, state);
}

function draw(state) {
  for (const layer of layers) {
    layer.group.setAttribute("class", `p${valueAt(layer.shape.paint, state)}`);
    const look = looks(layer.shape, state);
    if (look === layer.last) continue;
    layer.draw(state);
    layer.last = look;
    layer.group.removeAttribute("opacity");
  }
}
