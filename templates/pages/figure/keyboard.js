// The keyboard: the player's keys, anywhere on the page; then from cell to cell of a grid and from grid to grid.
{% if not is_still %}
const keys = {
  " ": toggle,
  ArrowLeft: () => stepBy(-1),
  ArrowRight: () => stepBy(1),
  Home: () => player.jump(0),
  End: () => player.jump(last),
};

document.addEventListener("keydown", event => {
  const act = keys[event.key], on = event.target;
  if (!act || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (on.closest("select") || (event.key === " " ? on.closest("button") : on === slider)) return;
  event.preventDefault();
  act();
});
{% endif %}

const moves = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
const FARTHEST = 8; // cells apart, where inserted zeros lie between

function beside({grid, row, column}, [down, right]) {
  for (let far = 1; far <= FARTHEST; far++) {
    const cell = grid.cells.get(`${row + far * down},${column + far * right}`);
    if (cell) return cell;
  }
  return null;
}

const firstOf = grid => [...grid.cells.values()][0];

board.addEventListener("focus", () => { if (grids.length && !pointed) pointAt(firstOf(grids[grids.length - 1]), true); });
board.addEventListener("blur", () => pointAt(null));
board.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !pointed || !pointed.grid.cells) return;
  const turn = {PageUp: 1, PageDown: grids.length - 1}[event.key];
  let next = null;
  if (moves[event.key]) next = beside(pointed, moves[event.key]);
  else if (turn) next = firstOf(grids[(grids.indexOf(pointed.grid) + turn) % grids.length]);
  else if (event.key === "Escape") board.blur();
  else if (event.key === "Enter") { if (pointed.state !== null) player.jump(pointed.state); }
  else return;
  event.preventDefault();
  if (next) pointAt(next, true);
});
