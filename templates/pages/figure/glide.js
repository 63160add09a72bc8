// A moment between two states, when a share of its time is over. Lines about one step glide to where the next has them,
// or fade where that is back in another row; all else is as in the nearer state.
function drawBetween(from, to, share) {
  if (from > to) return drawBetween(to, from, 1 - share);
  const nearer = share < 0.5 ? from : to;
  draw(nearer);
  const eased = share * share * (3 - 2 * share);
  for (const layer of layers) {
    if (!layer.shape.glides) continue;
    const before = valueAt(layer.shape.ends, from), after = valueAt(layer.shape.ends, to);
    const isOneWay = before.length === after.length && before.every((at, i) => i % 2 || at <= after[i]);
    if (isOneWay) layer.draw(nearer, before.map((at, i) => at + eased * (after[i] - at)));
    else layer.group.setAttribute("opacity", Math.abs(1 - 2 * share));
    layer.last = null;
  }
}

// The way to the next frame, for so many milliseconds from a time on.
function slide(lasts, start) {
  const share = (performance.now() - start) / lasts;
  if (share >= 1) return next();
  drawBetween(stateOf(frame), stateOf(frame + 1), share);
  sliding = requestAnimationFrame(() => slide(lasts, start));
}
