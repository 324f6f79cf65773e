// Outline steps of values along time, as polygons and lines that end where there is nothing.

// Runs of neighbouring steps that pass a test: [[first, after the last], ...].
function runs(steps, passes) {
  const found = [];
  let begin = null;
  steps.forEach((step, at) => {
    const joined = begin !== null && step.start === steps[at - 1].end;
    if (begin !== null && !(joined && passes(step))) {
      found.push([begin, at]);
      begin = null;
    }
    if (begin === null && passes(step)) begin = at;
  });
  if (begin !== null) found.push([begin, steps.length]);
  return found;
}

function line(steps, passes, value) {
  const x = [];
  const y = [];
  for (const [begin, end] of runs(steps, passes)) {
    for (let at = begin; at < end; at += 1) {
      x.push(steps[at].start / 1000, steps[at].end / 1000);
      y.push(value(steps[at]), value(steps[at]));
    }
    x.push(null);
    y.push(null);
  }
  return { x, y };
}

function polygons(steps, passes, bottom, top) {
  const x = [];
  const y = [];
  for (const [begin, end] of runs(steps, passes)) {
    for (let at = begin; at < end; at += 1) {
      x.push(steps[at].start / 1000, steps[at].end / 1000);
      y.push(top(steps[at]), top(steps[at]));
    }
    for (let at = end - 1; at >= begin; at -= 1) {
      x.push(steps[at].end / 1000, steps[at].start / 1000);
      y.push(bottom(steps[at]), bottom(steps[at]));
    }
    x.push(x[x.length - 4 * (end - begin)], null);
    y.push(y[y.length - 4 * (end - begin)], null);
  }
  return { x, y };
}
