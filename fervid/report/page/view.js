// Bring the cells between two times into as many steps as a screen can show.
// Of cells that share a step the mean, the lowest and the highest value are kept.

const LEVELS = 255;

function viewOf(record, chosen, from, to, most) {
  const [first, last] = cellsBetween(record, from, to);
  const groups = grouped(record, first, last, Math.max(1, Math.ceil((last - first) / most)), (to - from) / most);
  const steps = groups.map(([begin, end]) => stepOf(record, chosen, begin, end));
  const merged = groups.some(([begin, end]) => end - begin > 1);
  return { steps, smoothed: record.smoothed, ranged: merged || !record.exact || steps.some((step) => step.faces > step.mine) };
}

function cellsBetween(record, from, to) {
  let first = 0;
  let last = record.cells;
  while (first < record.cells - 1 && record.start[first] + record.length[first] <= from) first += 1;
  while (last > first + 1 && record.start[last - 1] >= to) last -= 1;
  return [first, last];
}

// A gap too narrow for a pixel does not end a step.
function grouped(record, first, last, size, pixel) {
  const groups = [];
  let begin = first;
  for (let cell = first + 1; cell <= last; cell += 1) {
    const before = cell - 1;
    const gap = cell < last && record.start[cell] - record.start[before] - record.length[before] > Math.max(pixel, 1);
    if (cell === last || gap || cell - begin >= size) {
      groups.push([begin, cell]);
      begin = cell;
    }
  }
  return groups;
}

function stepOf(record, chosen, begin, end) {
  const step = {
    start: record.start[begin],
    end: record.start[end - 1] + record.length[end - 1],
    frame: record.frame[begin],
    frames: 0,
    noFace: 0,
    failed: 0,
    faces: 0,
    lowQuality: 0,
    mine: 0,
    mean: new Float64Array(CLASSES),
    low: new Float64Array(CLASSES).fill(1),
    high: new Float64Array(CLASSES),
    smooth: record.smoothed ? new Float64Array(CLASSES) : null,
  };
  for (let cell = begin; cell < end; cell += 1) {
    step.frames += record.frames[cell];
    step.noFace += record.noFace[cell];
    step.failed += record.failed[cell];
    let faces = 0;
    for (const series of chosen) faces += addedTo(step, series, cell - series.first);
    step.mine += Math.min(faces, record.frames[cell] - record.noFace[cell] - record.failed[cell]);
  }
  for (const values of [step.mean, step.smooth]) {
    if (values) for (let one = 0; one < CLASSES; one += 1) values[one] /= step.faces || 1;
  }
  return step;
}

function addedTo(step, series, cell) {
  const faces = series.faces[cell];
  if (!faces) return 0; // also outside of the series
  step.faces += faces;
  step.lowQuality += (faces * series.lowQuality[cell]) / LEVELS;
  for (let one = 0; one < CLASSES; one += 1) {
    const at = one * series.span + cell;
    step.mean[one] += (faces * series.mean[at]) / LEVELS;
    step.low[one] = Math.min(step.low[one], series.low[at] / LEVELS);
    step.high[one] = Math.max(step.high[one], series.high[at] / LEVELS);
    if (series.smooth) step.smooth[one] += (faces * series.smooth[at]) / LEVELS;
  }
  return faces;
}
