// The timeline that is shown: which part of it, and how to move in it.

const MIN_WINDOW_MS = 400;
const shown = { record: null, chosen: [], view: null, from: 0, to: 0, extent: [0, 0], cursor: -1 };

function showTimeline(record, chosen) {
  if (record !== shown.record) {
    const last = record.cells - 1;
    shown.extent = [record.start[0], record.start[last] + record.length[last]];
    [shown.from, shown.to] = shown.extent;
  }
  Object.assign(shown, { record, chosen, cursor: -1 });
  drawTimeline();
}

function setWindow(from, to) {
  const [first, last] = shown.extent;
  const width = Math.min(Math.max(to - from, Math.min(MIN_WINDOW_MS, last - first)), last - first);
  shown.from = Math.min(Math.max((from + to - width) / 2, first), last - width);
  shown.to = shown.from + width;
  shown.cursor = -1;
  drawTimeline();
}

function zoomBy(factor, centre = (shown.from + shown.to) / 2) {
  setWindow(centre - (centre - shown.from) * factor, centre + (shown.to - centre) * factor);
}

function panBy(share) {
  const width = shown.to - shown.from;
  const by = Math.min(Math.max(share * width, shown.extent[0] - shown.from), shown.extent[1] - shown.to);
  setWindow(shown.from + by, shown.to + by);
}

function drawTimeline() {
  if (!shown.record) return;
  const node = byId("timeline");
  const width = node.clientWidth || 600;
  shown.view = viewOf(shown.record, shown.chosen, shown.from, shown.to, Math.max(120, Math.floor(width / 1.6)));
  const lanes = shown.record.series.length ? CLASSES : 0;
  const traces = [...gapTraces(lanes), ...(lanes ? laneTraces() : []), ...stripTraces(), hoverTrace(lanes)];
  // What stretches to the window's edge must not end in view.
  Plotly.react(node, traces, timelineLayout(lanes, width), { displayModeBar: false, doubleClick: false, showTips: false });
  listenTo(node);
  byId("resolution").textContent = resolution();
  byId("kinds").replaceChildren(...legend());
  for (const [name, off] of [["zoom-out", atWhole()], ["reset", atWhole()], ["earlier", shown.from <= shown.extent[0]], ["later", shown.to >= shown.extent[1]]]) {
    byId(name).disabled = off;
  }
}

function atWhole() {
  return shown.to - shown.from >= shown.extent[1] - shown.extent[0];
}

function listenTo(node) {
  if (node.dataset.listening) return;
  node.dataset.listening = "yes";
  node.on("plotly_relayout", (change) => {
    if ("xaxis.range[0]" in change) setWindow(change["xaxis.range[0]"] * 1000, change["xaxis.range[1]"] * 1000);
  });
  node.on("plotly_doubleclick", () => setWindow(...shown.extent));
  node.on("plotly_hover", ({ points }) => { shown.cursor = points[0].pointNumber; });
}

function moveCursor(to) {
  const steps = shown.view.steps;
  const node = byId("timeline");
  shown.cursor = Math.min(Math.max(to, 0), steps.length - 1);
  Plotly.Fx.hover(node, [{ curveNumber: node.data.length - 1, pointNumber: shown.cursor }]);
  byId("reading").textContent = told(steps[shown.cursor]).join(", ").replaceAll(/<\/?b>/g, "");
}

function startTimeline() {
  const actions = {
    "zoom-in": () => zoomBy(0.5),
    "zoom-out": () => zoomBy(2),
    earlier: () => panBy(-0.5),
    later: () => panBy(0.5),
    reset: () => setWindow(...shown.extent),
  };
  for (const [name, action] of Object.entries(actions)) byId(name).addEventListener("click", action);
  const keys = {
    ArrowRight: () => moveCursor(shown.cursor + 1),
    ArrowLeft: () => moveCursor(shown.cursor < 0 ? 0 : shown.cursor - 1),
    Home: () => moveCursor(0),
    End: () => moveCursor(Infinity),
    PageDown: actions.later,
    PageUp: actions.earlier,
    "+": actions["zoom-in"],
    "=": actions["zoom-in"],
    "-": actions["zoom-out"],
    0: actions.reset,
  };
  byId("timeline").addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || !shown.record) return;
    event.preventDefault();
    action();
  });
  themeListeners.push(drawTimeline);
  let waiting;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawTimeline, 120);
  });
}
