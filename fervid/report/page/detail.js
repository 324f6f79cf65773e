// One source in full: what it is, whom it shows, its timeline or bars.

const MOST_BUTTONS = 10;
const detail = { source: -1, record: null, picked: null };

async function showSource(source) {
  detail.source = source;
  byId("detail-name").textContent = index.name[source];
  byId("detail-facts").textContent = factsOf(source).join(" · ");
  showFault(source);
  const at = index.at[source];
  const record = at ? await unpacked(at) : null;
  if (detail.source !== source) return; // another one was chosen meanwhile
  detail.record = record;
  detail.picked = record && record.series.length ? "0" : null;
  showNotes(source);
  showFaces();
  await showChosen();
}

function factsOf(source) {
  const of = (name) => index[name][source];
  const facts = [of("kind") === "image" ? "photo" : "video"];
  if (of("duration_s") !== null && of("kind") === "video") facts.push(lasting(of("duration_s")));
  if (of("width")) facts.push(`${of("width")} × ${of("height")}`);
  if (of("frame_rate")) facts.push(`${Number(of("frame_rate").toFixed(2))} frames/s`);
  if (of("codec")) facts.push(of("codec"));
  if (of("kind") === "image") return [...facts, counted(of("faces"), "face")];
  facts.push(`${counted(of("frames_sampled"), "frame")} sampled`);
  if (of("frames_sampled")) facts.push(`${percent(of("frames_with_face") / of("frames_sampled"))} with a face`);
  if (of("low")) facts.push(`${percent(of("validity"))} with one of enough quality`);
  if (of("tracks") !== null) facts.push(counted(of("tracks"), "track"));
  return facts;
}

function showFault(source) {
  const fault = index.fault[source];
  byId("detail-fault").hidden = !fault;
  byId("detail-fault").replaceChildren();
  if (!fault) return;
  const [error, remedy] = fault;
  byId("detail-fault").append(element("strong", {}, index.status[source]), ` ${error} `, element("span", { class: "remedy" }, remedy));
}

function showNotes(source) {
  const notes = [];
  const of = (name) => index[name][source];
  if (!detail.record && !of("fault")) notes.push("No frame of this source was sampled.");
  if (detail.record && !of("faces")) {
    const failed = of("frames_failed") ? `, ${of("frames_failed")} of them could not be decoded` : "";
    notes.push(`No face was found in ${counted(of("frames_sampled"), "sampled frame")}${failed}.`);
  }
  if (detail.record && detail.record.series.length > 1 && !of("tracked") && of("kind") === "video") {
    notes.push("This result holds no tracks: faces are numbered by size in each frame, so a line may jump from one person to another.");
  }
  if (of("falls")) notes.push(`The file's times begin anew ${of("falls") === 1 ? "once" : `${of("falls")} times`}, as in files put end to end: what follows is laid after what was before.`);
  if (of("low")) notes.push(`${counted(of("low"), "face")} of low quality: in the timeline, but left out of the means.`);
  byId("detail-notes").replaceChildren(...notes.map((note) => element("p", {}, note)));
}

function seriesName(series) {
  const source = detail.source;
  if (index.tracked[source]) return series.identity < 0 ? "No track" : `Track ${series.identity}`;
  const alone = detail.record.series.length === 1;
  return `Face ${series.identity}${series.identity === 0 && !alone ? " (largest)" : ""}`;
}

function thumbnail(series) {
  const jpeg = (faces[detail.source] || {})[series.identity];
  return jpeg ? [element("img", { src: `data:image/jpeg;base64,${jpeg}`, width: 36, height: 36, alt: "" })] : [];
}

function choices() {
  const several = detail.record.series.length > 1;
  const of = detail.record.series.map((series, at) => [String(at), seriesName(series), counted(series.total, "frame"), thumbnail(series)]);
  return several ? [...of, ["all", "All faces", "together", []]] : of;
}

function showFaces() {
  const node = byId("faces");
  node.replaceChildren();
  const timed = detail.record && detail.record.cells > 1;
  if (!timed || !detail.record.series.length) return;
  const offered = choices();
  if (offered.length > MOST_BUTTONS) {
    const select = element("select", { "aria-label": "Face" }, ...offered.map(([value, name, share]) => element("option", { value }, `${name}, ${share}`)));
    select.addEventListener("change", () => pick(select.value));
    node.append(select, element("span", { class: "picked-face" }));
  } else {
    node.append(...offered.map(([value, name, share, image]) => {
      const button = element("button", { type: "button", "data-value": value, "aria-pressed": String(value === detail.picked) }, ...image, element("span", {}, name, element("small", {}, share)));
      button.addEventListener("click", () => pick(value));
      return button;
    }));
  }
  showPicked();
}

function pick(value) {
  detail.picked = value;
  for (const button of byId("faces").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.value === value));
  showPicked();
  showChosen();
}

// Beside a long list of tracks, the face of the one picked.
function showPicked() {
  const place = byId("faces").querySelector(".picked-face");
  if (place) place.replaceChildren(...(detail.picked === "all" ? [] : thumbnail(detail.record.series[Number(detail.picked)])));
}

async function showChosen() {
  const { source, record, picked } = detail;
  const timed = record !== null && record.cells > 1;
  if (timed) await plotlyLoaded();
  if (detail.source !== source || detail.picked !== picked) return;
  byId("chart").hidden = !timed;
  byId("bars").hidden = timed || !record;
  byId("bars").replaceChildren();
  if (timed) {
    byId("chart").classList.toggle("is-strip", !record.series.length);
    showTimeline(record, picked === "all" ? record.series : picked === null ? [] : [record.series[Number(picked)]]);
  } else if (record) {
    byId("bars").append(...record.series.map(card));
  }
}

function card(series) {
  const low = series.lowQuality[0] ? [element("small", {}, "low quality")] : [];
  return element("section", { class: "face-card" }, element("h4", {}, ...thumbnail(series), seriesName(series), ...low), ...faceBars(detail.record, [series]));
}
