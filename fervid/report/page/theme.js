// Light or dark: as the system has it, until the reader says otherwise.

const dark = matchMedia("(prefers-color-scheme: dark)");
const themeListeners = [];

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function faded(hex, opacity) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${parts.join(",")},${opacity})`;
}

function remembered(value) {
  try { // a page opened from a disk may not be allowed to
    if (value === undefined) return localStorage.getItem("fervid-theme");
    localStorage.setItem("fervid-theme", value);
  } catch { /* then it is asked for again */ }
  return null;
}

function themeChanged() {
  byId("theme").textContent = isDark() ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  for (const listener of themeListeners) listener();
}

function startTheme() {
  const before = remembered();
  if (before === "dark" || before === "light") document.documentElement.dataset.theme = before;
  byId("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    remembered(document.documentElement.dataset.theme);
    themeChanged();
  });
  dark.addEventListener("change", themeChanged);
  matchMedia("print").addEventListener("change", themeChanged); // paper is light
  themeChanged();
}
