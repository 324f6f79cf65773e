// The figure of a timeline: a lane for each class above a strip that says what every frame was.

const LANE = 1.24;
const STRIP = [-0.92, -0.5];
const CLOCK_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

function area(outline, fillcolor, more = {}) {
  return { ...outline, type: "scatter", mode: "lines", line: { width: 0 }, fill: "toself", fillcolor, hoverinfo: "skip", showlegend: false, ...more };
}

function gapTraces(lanes) {
  if (!lanes) return [];
  const top = (lanes - 1) * LANE + 1;
  const gone = (step) => !step.faces && step.failed > 0 && step.failed >= step.noFace;
  const outline = (passes) => polygons(shown.view.steps, passes, () => 0, () => top);
  const hatch = { fillpattern: { shape: "/", size: 6, solidity: 0.12, fgcolor: colour("failed"), bgcolor: colour("gap") } };
  return [
    area(outline((step) => !step.faces && !gone(step)), colour("gap")),
    area(outline(gone), colour("gap"), hatch),
  ];
}

function laneTraces() {
  const { steps, smoothed, ranged } = shown.view;
  const seen = (step) => step.faces > 0;
  return index.emotions.flatMap((emotion, one) => {
    const zero = (CLASSES - 1 - one) * LANE;
    const fill = colour(emotion);
    const upTo = (name) => polygons(steps, seen, () => zero, (step) => zero + step[name][one]);
    const middle = smoothed ? "smooth" : "mean";
    return [
      area({ x: [shown.from / 1000, shown.to / 1000], y: [zero, zero] }, fill, { fill: "none", line: { width: 1, color: colour("rule") } }),
      ...(ranged ? [area(upTo("high"), faded(fill, smoothed ? 0.22 : 0.3))] : []),
      area(upTo(ranged ? "low" : "mean"), faded(fill, smoothed ? 0.4 : 0.8)),
      { ...line(steps, seen, (step) => zero + step[middle][one]), type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false, line: { width: smoothed ? 1.8 : 1.2, color: colour(`${emotion}-line`) } },
    ];
  });
}

function stripTraces() {
  const steps = shown.view.steps;
  let below = () => 0;
  return STRIP_KINDS.map(([kind, , count]) => {
    const under = below;
    const over = (step) => under(step) + count(step) / step.frames;
    below = over;
    const height = (share) => STRIP[0] + share * (STRIP[1] - STRIP[0]);
    const hatch = kind === "failed" ? { fillpattern: { shape: "/", size: 5, solidity: 0.5, fgcolor: colour("failed"), bgcolor: colour("panel") } } : {};
    return area(polygons(steps, (step) => count(step) > 0, (step) => height(under(step)), (step) => height(over(step))), colour(`strip-${kind}`), hatch);
  });
}

function hoverTrace(lanes) {
  const steps = shown.view.steps;
  return {
    type: "scatter",
    mode: "markers",
    x: steps.map((step) => (Math.max(step.start, shown.from) + Math.min(step.end, shown.to)) / 2000),
    y: steps.map(() => (lanes ? ((CLASSES - 1) * LANE + 1) / 2 : STRIP[1])),
    text: steps.map((step) => told(step).join("<br>")),
    hovertemplate: "%{text}<extra></extra>",
    marker: { opacity: 0, size: 1 },
    showlegend: false,
  };
}

function timelineLayout(lanes, width) {
  const top = lanes ? (lanes - 1) * LANE + 1.08 : STRIP[1] + 0.1;
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("quiet") };
  const zeros = index.emotions.map((_, one) => (CLASSES - 1 - one) * LANE);
  const names = lanes ? [...index.emotions, "frames"] : ["frames"];
  const places = lanes ? [...zeros.map((zero) => zero + 0.42), (STRIP[0] + STRIP[1]) / 2] : [(STRIP[0] + STRIP[1]) / 2];
  return {
    width,
    height: lanes ? (width < 500 ? 420 : 480) : 96,
    margin: { l: 68, r: 22, t: 6, b: 30 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font,
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    hovermode: "closest",
    hoverdistance: -1,
    spikedistance: -1,
    hoverlabel: { align: "left", bgcolor: colour("panel"), bordercolor: colour("rule-strong"), font: { ...font, color: colour("ink") } },
    xaxis: { range: [shown.from / 1000, shown.to / 1000], ...clockTicks(shown.from / 1000, shown.to / 1000, width), showgrid: true, gridcolor: colour("grid"), zeroline: false, ticks: "outside", ticklen: 4, tickcolor: colour("rule"), showspikes: true, spikemode: "across", spikesnap: "hovered data", spikethickness: 1, spikedash: "solid", spikecolor: colour("quiet") },
    yaxis: { range: [STRIP[0] - 0.06, top], fixedrange: true, tickvals: places, ticktext: names, showgrid: false, zeroline: false, ticks: "outside", ticklen: 8, tickcolor: "rgba(0,0,0,0)" },
    annotations: lanes ? [0, 1].map((value) => ({ text: String(value), x: 1, xref: "paper", xanchor: "left", xshift: 5, y: zeros[0] + value, showarrow: false, font: { ...font, size: 10 } })) : [],
  };
}

function clockTicks(from, to, width) {
  const most = Math.max(3, Math.floor(width / 90));
  const step = CLOCK_STEPS.find((each) => (to - from) / each <= most) || 86400;
  const tickvals = [];
  for (let tick = Math.ceil(from / step); tick * step <= to; tick += 1) tickvals.push(tick * step);
  const fine = step < 1;
  return { tickvals, ticktext: tickvals.map((tick) => (fine ? clock(tick, true).slice(0, -2) : clock(tick, false))) };
}
