// Plays the frames: forward through all states and, where the figure bounces, back again.
const {back, time, hold, loop, still} = scene.timing;
const frames = scene.states + back;
const stateOf = frame => frame < scene.states ? frame : 2 * (scene.states - 1) - frame;
const slider = $("slider"), playButton = $("play"), speed = $("speed");

let frame = 0, rounds = 0, timer = null, previewed = null, isHeld = false;

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
    frame = state;
    show(true);
  },
};

function show(isHeard) {
  const state = previewed ?? stateOf(frame);
  draw(state);
  slider.value = state + 1;
  slider.setAttribute("aria-valuetext", word("of", {number: `${state + 1}`, count: `${scene.states}`}));
  $("number").textContent = state + 1;
  sayState(state, isHeard);
}

function stop() {
  clearTimeout(timer);
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
  const wait = 10 * (time + (frame === scene.states - 1 ? hold : 0)) / Number(speed.value);
  timer = setTimeout(() => {
    if (frame < frames - 1) frame += 1;
    else if (!loop || ++rounds < loop) frame = 0;
    else { pause(); show(true); return; }
    show(false);
    go();
  }, wait);
  label();
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

const stepBy = n => player.jump(Math.min(scene.states - 1, Math.max(0, stateOf(frame) + n)));

$("total").textContent = scene.states;
slider.max = scene.states;
slider.addEventListener("input", () => player.jump(slider.value - 1));
playButton.addEventListener("click", toggle);
$("previous").addEventListener("click", () => stepBy(-1));
$("next").addEventListener("click", () => stepBy(1));
speed.addEventListener("change", () => { if (timer !== null) go(); });

const keys = {
  " ": toggle,
  ArrowLeft: () => stepBy(-1),
  ArrowRight: () => stepBy(1),
  Home: () => player.jump(0),
  End: () => player.jump(scene.states - 1),
};

document.addEventListener("keydown", event => {
  const act = keys[event.key], on = event.target;
  if (!act || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (on.closest("select") || (event.key === " " ? on.closest("button") : on === slider)) return;
  event.preventDefault();
  act();
});

if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  frame = still;
  show(false);
} else play();
