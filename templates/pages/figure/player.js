// Plays the frames: all steps, some of them part by part, a rest that shows what they made and, where the figure bounces,
// the way back. States up to `last` are steps; a part is of the step that follows, the rest of the last one.
const {play: played, loop, still, glides = []} = scene.timing;
const frames = played.length, last = scene.states - 1;
const stateOf = frame => played[frame][0];
const frameOf = state => played.findIndex(([of]) => of === state);
function stepOf(frame) {
  const next = played.slice(frame).find(([state]) => state <= last);
  return next && !played.slice(0, frame).some(([state]) => state === last) ? next[0] : Math.min(stateOf(frame), last);
}
const slider = $("slider"), playButton = $("play"), speed = $("speed");

const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;

let frame = 0, rounds = 0, timer = null, sliding = null, previewed = null, isHeld = false;

const player = {
  get isPlaying() { return timer !== null || isHeld; },

  // While a cell is pointed at nothing moves, and the state that it is about is shown; null leaves the one there was.
  preview(state, isHeard) {
    if (timer !== null) { stop(); isHeld = true; }
    previewed = state;
    show(isHeard);
  },

  release() {
    previewed = null;
    show(false);
    if (isHeld) { isHeld = false; go(); }
  },

  jump(state) {
    pause();
    frame = frameOf(state);
    show(true);
  },
};

function show(isHeard) {
  const state = previewed ?? stateOf(frame), number = (previewed ?? stepOf(frame)) + 1;
  draw(state);
  slider.value = number;
  slider.setAttribute("aria-valuetext", word("of", {number: `${number}`, count: `${scene.states}`}));
  $("number").textContent = number;
  sayState(state, isHeard, number);
}

function stop() {
  clearTimeout(timer);
  cancelAnimationFrame(sliding);
  timer = null;
}

function label() {
  $("player").classList.toggle("playing", player.isPlaying);
  playButton.setAttribute("aria-label", word(player.isPlaying ? "pause" : "play"));
}

function pause() {
  stop();
  isHeld = false;
  previewed = null;
  label();
}

function go() {
  stop();
  const pace = Number(speed.value), lasts = 10 * played[frame][1] / pace;
  const glide = isCalm ? 0 : 10 * (glides[frame] || 0) / pace;
  timer = setTimeout(() => glide ? slide(glide, performance.now()) : next(), lasts - glide);
  label();
}

function next() {
  if (frame < frames - 1) frame += 1;
  else if (!loop || ++rounds < loop) frame = 0;
  else { pause(); show(true); return; }
  show(false);
  go();
}

function play() {
  if (loop && rounds >= loop) rounds = 0, frame = 0;
  previewed = null;
  isHeld = false;
  show(false);
  go();
}

function toggle() {
  if (!player.isPlaying) return play();
  pause();
  show(true);
}

const stepBy = n => player.jump(Math.min(last, Math.max(0, stepOf(frame) + n)));

$("total").textContent = scene.states;
slider.max = scene.states;
slider.addEventListener("input", () => player.jump(slider.value - 1));
playButton.addEventListener("click", toggle);
$("previous").addEventListener("click", () => stepBy(-1));
$("next").addEventListener("click", () => stepBy(1));
speed.addEventListener("change", () => { if (timer !== null) go(); });

if (isCalm) {
  frame = frameOf(still);
  show(false);
} else play();
