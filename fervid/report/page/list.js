// The sources to choose from: filtered, in some order, by mouse or keyboard.

const SHOWN_AT_FIRST = 200;
const list = { found: [], active: 0, limit: SHOWN_AT_FIRST, listeners: [] };

function dominantOf(source) {
  const means = index.means[source];
  return means ? means.indexOf(Math.max(...means)) : -1;
}

const STATES = {
  "": () => true,
  ok: (source) => index.status[source] === "ok",
  partial: (source) => index.status[source] === "partial",
  failed: (source) => index.status[source] === "failed",
  skipped: (source) => index.status[source] === "skipped",
  "no face": (source) => index.status[source] !== "failed" && index.status[source] !== "skipped" && !index.faces[source],
};

function orderedBy(key) {
  const valid = (source) => index.validity[source] ?? 2;
  if (key === "validity") return (one, other) => valid(one) - valid(other);
  if (key === "length") return (one, other) => (index.duration_s[other] ?? 0) - (index.duration_s[one] ?? 0);
  const column = index.emotions.indexOf(key);
  const mean = (source) => (index.means[source] ? index.means[source][column] : -1);
  return column < 0 ? (one, other) => one - other : (one, other) => mean(other) - mean(one);
}

function refilter() {
  const words = byId("search").value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
  const state = STATES[byId("status").value];
  const emotion = byId("emotion").value;
  const passes = (source) => state(source)
    && (!emotion || index.emotions[dominantOf(source)] === emotion)
    && words.every((word) => list.names[source].includes(word));
  list.found = index.name.map((_, source) => source).filter(passes).sort(orderedBy(byId("order").value));
  list.limit = SHOWN_AT_FIRST;
  list.active = Math.max(list.found.indexOf(detail.source), 0);
  drawList();
  for (const listener of list.listeners) listener();
}

function drawList() {
  const { found, limit } = list;
  byId("count").textContent = found.length === index.name.length ? counted(found.length, "source") : `${found.length.toLocaleString("en")} of ${counted(index.name.length, "source")}`;
  byId("list").replaceChildren(...found.slice(0, limit).map(row));
  byId("more").hidden = found.length <= limit;
  byId("more").textContent = `Show ${Math.min(SHOWN_AT_FIRST, found.length - limit)} more`;
  byId("none").hidden = found.length > 0;
  activate(list.active, false);
}

function row(source) {
  const cut = index.name[source].lastIndexOf("/") + 1;
  const folder = index.name[source].slice(0, cut);
  const made = element("div", { role: "option", id: `source-${source}`, class: "row", "aria-selected": String(source === detail.source) },
    element("span", { class: "row-name" }, element("span", { class: "folder" }, folder), index.name[source].slice(cut)),
    ...summary(source));
  made.addEventListener("click", () => open(source));
  return made;
}

function summary(source) {
  const status = index.status[source];
  const means = index.means[source];
  const words = status === "ok" ? [] : [element("span", { class: `state is-${status}` }, status)];
  if (!means) {
    if (status === "ok" || status === "partial") words.push(element("span", { class: "state" }, index.faces[source] ? "low quality" : "no face"));
    return [element("span", { class: "row-facts" }, ...words)];
  }
  const mix = element("span", { class: "mix", "aria-hidden": "true" }, ...means.map((mean, one) =>
    element("span", { class: `is-${index.emotions[one]}`, style: `flex-grow:${mean}` })));
  const dominant = index.emotions[dominantOf(source)];
  words.push(element("span", { class: "dominant" }, element("span", { class: `swatch is-${dominant}` }), dominant));
  if (index.kind[source] === "video") words.push(element("span", { class: "valid" }, `${percent(index.validity[source])} valid`));
  return [mix, element("span", { class: "row-facts" }, ...words)];
}

function activate(at, scrolled = true) {
  const rows = byId("list").children;
  rows[list.active]?.classList.remove("is-active");
  list.active = Math.min(Math.max(at, 0), rows.length - 1);
  const now = rows[list.active];
  if (!now) {
    byId("list").removeAttribute("aria-activedescendant");
    return;
  }
  now.classList.add("is-active");
  byId("list").setAttribute("aria-activedescendant", now.id);
  if (scrolled) scrollTo(now);
}

/* The list alone: scrollIntoView would take the page along. */
function scrollTo(row) {
  const box = byId("list").getBoundingClientRect();
  const here = row.getBoundingClientRect();
  if (here.top < box.top) byId("list").scrollTop -= box.top - here.top;
  else if (here.bottom > box.bottom) byId("list").scrollTop += here.bottom - box.bottom;
}

function open(source) {
  byId(`source-${detail.source}`)?.setAttribute("aria-selected", "false");
  byId(`source-${source}`)?.setAttribute("aria-selected", "true");
  const at = list.found.indexOf(source);
  if (at >= 0 && at < list.limit) activate(at);
  return showSource(source);
}

function startList() {
  list.names = index.name.map((name) => name.normalize("NFC").toLowerCase());
  for (const id of ["search", "status", "emotion", "order"]) byId(id).addEventListener("input", refilter);
  byId("more").addEventListener("click", () => {
    list.limit += SHOWN_AT_FIRST;
    drawList();
  });
  const keys = {
    ArrowDown: () => activate(list.active + 1),
    ArrowUp: () => activate(list.active - 1),
    PageDown: () => activate(list.active + 10),
    PageUp: () => activate(list.active - 10),
    Home: () => activate(0),
    End: () => activate(Infinity),
    Enter: () => open(list.found[list.active]),
    " ": () => open(list.found[list.active]),
  };
  byId("list").addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey || !list.found.length) return;
    event.preventDefault();
    keys[event.key]();
  });
  refilter();
}
