// Faces without a time axis: a photo, a video of one frame. A bar for each class and face.

function faceBars(record, chosen) {
  const step = (series) => viewOf(record, [series], record.start[0], record.start[0] + record.length[0], 1).steps[0];
  return chosen.map((series) => element("div", { class: "face-bars" }, ...index.emotions.map((emotion, one) => {
    const value = step(series).mean[one];
    return element("div", { class: "bar-row" },
      element("span", { class: "bar-name" }, emotion),
      element("span", { class: "bar-track" }, element("span", { class: `bar-fill is-${emotion}`, style: `width:${(value * 100).toFixed(1)}%` })),
      element("span", { class: "bar-value" }, value.toFixed(2)));
  })));
}
