// Start: what needs no charts at once, charts when Plotly is unpacked.

const data = (id) => JSON.parse(byId(id).textContent);
const index = data("index");
const faces = data("thumbnails");
let plotly = null;

// The script's hash is in the page's policy: nothing else could be run in its place.
function plotlyLoaded() {
  plotly ??= inflated(byId("plotly").textContent).then((buffer) => {
    document.head.append(element("script", {}, new TextDecoder().decode(buffer)));
    performance.mark("plotly");
  });
  return plotly;
}

async function startSources() {
  if (byId("overview")) plotlyLoaded(); // unpacks beside what follows
  startList();
  startTimeline();
  performance.mark("listed");
  await open(list.found.find((source) => index.faces[source]) ?? list.found[0]);
  performance.mark("opened");
  if (!byId("overview")) return; // no face, or nothing to compare
  await plotlyLoaded();
  drawOverview();
  list.listeners.push(drawOverview);
  themeListeners.push(drawOverview);
  addEventListener("resize", drawOverview);
}

async function start() {
  startTheme();
  if (index.name.length) await startSources();
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
}

start();
