// All sources at once: a row each, the mean of each class and the share of frames with a face.

const MOST_ROWS = 600;
const NAMED_ROWS = 40;
const NUMBERED_ROWS = 24;

// More rows than pixels: neighbours in the list share one, with their mean.
function overviewRows() {
  const listed = list.found;
  const size = Math.ceil(listed.length / MOST_ROWS) || 1;
  const made = [];
  for (let at = 0; at < listed.length; at += size) made.push(listed.slice(at, at + size));
  return made;
}

function mean(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function drawOverview() {
  const node = byId("overview");
  const rows = overviewRows();
  const width = node.clientWidth || 600;
  const narrow = width < 500;
  const count = rows.length;
  byId("overview-none").hidden = count > 0;
  node.hidden = !count;
  if (!count) return;
  const means = rows.map((row) => index.emotions.map((_, one) => mean(row.map((source) => index.means[source]?.[one] / 1000 || (index.means[source] ? 0 : null)))));
  const valid = rows.map((row) => [mean(row.map((source) => index.validity[source]))]);
  Plotly.react(node, [
    heat(index.emotions.map((_, one) => one), means, ["heat-low", "heat-high"], rows, count),
    heat([7.05, 7.65], valid, ["valid-low", "valid-high"], rows, count),
  ], overviewLayout(rows, width, narrow), { displayModeBar: false, doubleClick: "reset", showTips: false });
  byId("overview-note").textContent = count < list.found.length ? `Each row is the mean of ${Math.ceil(list.found.length / MOST_ROWS)} neighbouring sources.` : "";
  if (!node.dataset.listening) {
    node.dataset.listening = "yes";
    node.on("plotly_click", ({ points }) => {
      open(overviewRows()[Math.round(points[0].y)][0]);
      byId("sources").scrollIntoView({ block: "start" });
    });
  }
}

function heat(x, z, [low, high], rows, count) {
  const names = [...index.emotions, index.low.some(Boolean) ? "frames with a face of enough quality" : "frames with a face"];
  const label = (row) => literal(shortened(index.name[row[0]], 60)) + (row.length > 1 ? ` and ${row.length - 1} more` : "");
  return {
    type: "heatmap",
    x,
    y: rows.map((_, at) => at),
    z,
    zmin: 0,
    zmax: 1,
    colorscale: [[0, colour(low)], [1, colour(high)]],
    showscale: false,
    xgap: 2,
    ygap: count <= NAMED_ROWS ? 2 : 0,
    hoverongaps: false,
    text: rows.map((row, at) => z[at].map((value, one) => `${label(row)}<br>${names[Math.round(x[one])]} ${value === null ? "–" : value.toFixed(2)}`)),
    hovertemplate: "%{text}<extra></extra>",
    ...(count <= NUMBERED_ROWS && byId("overview").clientWidth > 700 ? { texttemplate: "%{z:.2f}", textfont: { size: 11 } } : {}),
  };
}

function overviewLayout(rows, width, narrow) {
  const count = rows.length;
  const font = { family: getComputedStyle(document.body).fontFamily, size: narrow ? 10 : 12, color: colour("quiet") };
  const named = count <= NAMED_ROWS;
  const whole = (row) => index.name[row[0]];
  const name = (row) => literal(narrow ? shortened(whole(row).slice(whole(row).lastIndexOf("/") + 1), 13) : shortened(whole(row), 30));
  const heading = (text) => (narrow ? text.slice(0, 3) : text);
  const height = named ? count * 24 : Math.min(Math.max(count * 2, 320), 560);
  return {
    width,
    height: height + 34,
    margin: { l: named ? (narrow ? 96 : 230) : 8, r: 8, t: 26, b: 8 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font,
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    hoverlabel: { align: "left", bgcolor: colour("panel"), bordercolor: colour("rule-strong"), font: { ...font, size: 12, color: colour("ink") } },
    xaxis: { side: "top", fixedrange: true, range: [-0.5, 7.7], tickvals: [0, 1, 2, 3, 4, 5, 6, 7.35], ticktext: [...index.emotions.map(heading), narrow ? "val" : "validity"], showgrid: false, zeroline: false, ticks: "" },
    yaxis: { range: [count - 0.5, -0.5], tickvals: named ? rows.map((_, at) => at) : [], ticktext: named ? rows.map(name) : [], showgrid: false, zeroline: false, ticks: "" },
  };
}
