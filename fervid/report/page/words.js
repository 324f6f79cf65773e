// What a timeline says in words: of a step, of its resolution, of its strip.

const STRIP_KINDS = [
  ["seen", "this face", (step) => step.mine * (1 - lowShare(step))],
  ["doubtful", "low quality", (step) => step.mine * lowShare(step)],
  ["others", "other faces only", (step) => step.frames - step.noFace - step.failed - step.mine],
  ["empty", "no face", (step) => step.noFace],
  ["failed", "not decoded", (step) => step.failed],
];

function lowShare(step) {
  return step.faces ? step.lowQuality / step.faces : 0;
}

// What a step is, line by line: for the box at the pointer, and to be read out.
function told(step) {
  const when = step.frames > 1 ? `${clock(step.start / 1000, true)} to ${clock(step.end / 1000, true)}` : clock(step.start / 1000, true);
  const frames = step.frames > 1 ? `${counted(step.frames, "frame")} from ${step.frame}` : `frame ${step.frame}`;
  const lines = [`<b>${when}</b>`, frames];
  if (!step.faces) {
    for (const [, name, count] of STRIP_KINDS.slice(2)) {
      if (count(step) > 0) lines.push(step.frames > 1 ? `${name}: ${count(step)}` : name);
    }
    return lines;
  }
  if (step.faces > 1) lines.push(counted(step.faces, "face"));
  if (step.lowQuality > 0) lines.push(`low quality: ${percent(lowShare(step))}`);
  const two = (value) => value.toFixed(2);
  index.emotions.forEach((emotion, one) => {
    const range = shown.view.ranged && step.faces > 1 ? ` (${two(step.low[one])} to ${two(step.high[one])})` : "";
    const smooth = step.smooth ? `, smoothed ${two(step.smooth[one])}` : "";
    const text = `${emotion} ${two(step.mean[one])}${range}${smooth}`;
    lines.push(step.mean[one] === Math.max(...step.mean) ? `<b>${text}</b>` : text);
  });
  return lines;
}

function resolution() {
  const { steps, ranged, smoothed } = shown.view;
  const line = smoothed ? "the line is smoothed over time" : "the line is the mean";
  if (!shown.record.series.length) return "";
  const frames = steps.reduce((sum, step) => sum + step.frames, 0);
  if (frames <= steps.length) {
    return `Each step is one sampled frame${ranged ? `; ${line}, solid reaches to the lowest face, pale to the highest` : smoothed ? `; ${line}` : ""}.`;
  }
  const each = lasting((shown.to - shown.from) / 1000 / steps.length);
  const finer = shown.record.exact || steps.length < cellsInWindow() ? " Zoom in to see more." : " This page holds no finer steps; the result does.";
  return `Each step brings about ${Math.round(frames / steps.length)} frames (${each}) together: ${line}, solid reaches to the lowest, pale to the highest value.${finer}`;
}

function cellsInWindow() {
  const [first, last] = cellsBetween(shown.record, shown.from, shown.to);
  return last - first;
}

function legend() {
  const { steps } = shown.view;
  const gap = steps.some((step, at) => at && step.start > steps[at - 1].end);
  const kinds = STRIP_KINDS.filter(([, , count]) => steps.some((step) => count(step) > 0));
  return [...kinds, ...(gap ? [["unsampled", "not sampled"]] : [])].map(([kind, name]) =>
    element("li", {}, element("span", { class: `swatch strip-${kind}` }), kind === "seen" && shown.chosen.length > 1 ? "a face" : name));
}
