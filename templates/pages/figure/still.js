// One picture.
const player = {
  preview(state, isHeard) { sayState(0, isHeard); },
  release() { sayState(0, false); },
  jump() {},
};
draw(0);
sayState(0, false);
