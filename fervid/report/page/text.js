// Write times, shares and names.

function clock(seconds, withFraction) {
  const sign = seconds < 0 ? "−" : "";
  const tenths = Math.round(Math.abs(seconds) * 1000);
  const whole = Math.floor(tenths / 1000);
  const hours = Math.floor(whole / 3600);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = hours ? `${hours}:${two(Math.floor((whole % 3600) / 60))}` : String(Math.floor(whole / 60));
  const fraction = withFraction ? `.${String(tenths % 1000).padStart(3, "0")}` : "";
  return `${sign}${minutes}:${two(whole % 60)}${fraction}`;
}

function lasting(seconds) {
  if (seconds < 60) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

function percent(share) {
  if (share === null) return "–";
  const text = (share * 100).toFixed(share > 0.1 && share < 0.9995 ? 0 : 1);
  if (text === "100.0" || text === "100") return share === 1 ? "100%" : ">99.9%";
  if (text === "0.0") return share === 0 ? "0%" : "<0.1%";
  return `${text}%`;
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

// Plotly reads some HTML in its texts: a name must stay a name.
function literal(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function shortened(text, length) {
  const letters = Array.from(text);
  if (letters.length <= length) return text;
  const head = Math.floor(length / 3);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (length - head - 1)).join("")}`;
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const byId = (id) => document.getElementById(id);
