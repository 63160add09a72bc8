// One picture.
const player = {
  preview(state, isHeard) { if (state !== null) sayState(state, isHeard); },
  jump() {},
  said(isHeard) { sayState(0, isHeard); },
};
draw(0);
player.said(false);
