// Phrases, with values in the places of their names; of those with forms for counts, the one for a count.
const words = JSON.parse($("words").textContent);
const valued = value => typeof value === "number" ? value.toLocaleString("en").replaceAll(",", words.thousands) : value;

function word(name, values = {}) {
  let phrase = words.phrases[name];
  if (typeof phrase !== "string") phrase = words.singular.includes(values.count) && phrase.one || phrase.other;
  return phrase.replace(/\{([a-z]+)\}/g, (place, key) => valued(values[key]));
}

// What a state, or a cell, is in words. Sets of cells are products of progressions, one for each axis.
const sets = scene.sets.map(([map, blocks]) => ({
  map: scene.maps[map],
  blocks: blocks.map(block => block.map(([start, count = 1, step = 1]) => ({start, count, step}))),
}));

const partOf = map => map.slice(0, map.lastIndexOf("/") + 1);
const sizeOf = set => set.blocks.reduce((sum, block) => sum + block.reduce((n, axis) => n * axis.count, 1), 0);

function holds(set, map, key) {
  return set.map === map && set.blocks.some(block => block.every(({start, count, step}, axis) => {
    const place = (key[axis] - start) / step;
    return Number.isInteger(place) && place >= 0 && place < count;
  }));
}

function* keysIn(set) {
  for (const block of set.blocks) {
    let keys = [[]];
    for (const {start, count, step} of block)
      keys = keys.flatMap(key => counted(count).map(i => [...key, start + i * step]));
    yield* keys;
  }
}

// A map without the figure that it belongs to, and that figure: `1/output` is the output of figure 1.
function named(map) {
  const [kind, number] = map.slice(partOf(map).length).split(" ");
  return word(kind, {number});
}

function partName(part) {
  const names = part.split("/").filter(Boolean).map(name => name.startsWith("frame ")
    ? word("frame_number", {number: name.slice(6)}) : word("figure_number", {number: name}));
  return names.join(words.phrases.list);
}

const inPart = (part, text) => part ? word("titled", {head: partName(part), text}) : text;
const cellsIn = (count, map) => word("cells_of", {cells: word("cells", {count}), map: named(map)});

function setName(set) {
  if (set.blocks.length !== 1) return cellsIn(sizeOf(set), set.map);
  const spans = set.blocks[0].map(({start, count, step}) => {
    const end = start + (count - 1) * step;
    const ends = {first: `${start}`, last: `${end}`, step: `${step}`};
    return count === 1 ? `${start}` : step === 1 ? word("span", ends)
      : count === 2 ? [start, end].join(words.phrases.and) : word("span_by", ends);
  });
  const size = sizeOf(set);
  return `${named(set.map)} (${spans.join(", ")})${size > 1 ? `${words.phrases.list}${word("cells", {count: size})}` : ""}`;
}

// What a state reads and writes, a sentence for each figure on the page; of many none.
const MOST_TOLD = 3;
function told(state) {
  const parts = new Map();
  for (const kind of ["writes", "reads", "behind"])
    for (const set of (scene[kind][state] || []).map(number => sets[number])) {
      const part = partOf(set.map);
      if (!parts.has(part)) parts.set(part, {writes: [], reads: [], behind: []});
      parts.get(part)[kind].push(setName(set));
    }
  if (parts.size > MOST_TOLD) return "";
  // Of all that lies behind, the first map is what a cell sees of the input.
  const sentence = ([part, {writes, reads, behind: [seen]}]) => inPart(part, word(seen ? "made_from_seeing" : "made_from", {
    written: writes.join(words.phrases.and) || word("nothing_made"),
    read: reads.join(words.phrases.and) || word("no_cell_read"),
    seen,
  }));
  return [...parts].map(sentence).join("; ");
}

const equation = state => scene.equations.length ? scene.equations[state] : "";

const stepName = number => word(scene.isSampled ? "frame_of" : "step_of", {number: `${number}`, count: `${scene.states}`});

// The line under the picture is seen; screen readers hear the other, which waits until nothing changes any more.
const made = (name, className, text) => Object.assign(document.createElement(name), {className, textContent: text});
const short = /(\([^()]{1,20}\))/; // what stands in brackets stays on one line

let speaking;
function say(bold, text, isHeard, sum = "") {
  const pieces = text.split(short).map((piece, i) => i % 2 ? made("span", "whole", piece) : piece);
  $("said").replaceChildren(made("b", "", bold), text ? " " : "", ...pieces, sum ? made("span", "equation", sum) : "");
  clearTimeout(speaking);
  if (isHeard) speaking = setTimeout(() => { $("live").textContent = [bold, text, sum].join(" "); }, 250);
}

function sayState(state, isHeard, number = state + 1) {
  say(scene.states > 1 ? word("titled", {head: stepName(number), text: ""}).trim() : "", told(state), isHeard, equation(state));
}
