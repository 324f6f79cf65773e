// Unpack the timelines of a source; fervid/report/packs.py says how they lie.

const CLASSES = 7;
const packs = new Map();
const KEPT_PACKS = 8;

function decoded(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64); // browsers since 2025
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

async function inflated(base64) {
  const stream = new Blob([decoded(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function pack(number) {
  if (!packs.has(number)) {
    packs.set(number, inflated(byId(`pack-${number}`).textContent));
    if (packs.size > KEPT_PACKS) packs.delete(packs.keys().next().value);
  }
  return packs.get(number);
}

async function unpacked([number, offset, length]) {
  const buffer = (await pack(number)).slice(offset, offset + length);
  let at = 0;
  const numbers = (count) => {
    const taken = new Int32Array(buffer, at, count);
    at += 4 * count;
    return taken;
  };
  const bytes = (count) => {
    const taken = new Uint8Array(buffer, at, count);
    at += count;
    return taken;
  };
  const [cells, many, flags] = numbers(3);
  const heads = Array.from({ length: many }, () => numbers(3));
  const record = {
    cells,
    exact: Boolean(flags & 1),
    smoothed: Boolean(flags & 2),
    start: summedUp(numbers(cells)),
    frame: summedUp(numbers(cells)),
    length: numbers(cells),
    frames: numbers(cells),
    noFace: numbers(cells),
    failed: numbers(cells),
  };
  record.series = heads.map(([identity, first, span]) => ({ identity, first, span, faces: numbers(span) }));
  for (const series of record.series) {
    series.mean = bytes(CLASSES * series.span);
    series.low = record.exact ? series.mean : bytes(CLASSES * series.span);
    series.high = record.exact ? series.mean : bytes(CLASSES * series.span);
    series.smooth = record.smoothed ? bytes(CLASSES * series.span) : null;
    series.lowQuality = bytes(series.span);
    series.total = series.faces.reduce((sum, one) => sum + one, 0);
  }
  return record;
}

function summedUp(differences) {
  for (let at = 1; at < differences.length; at += 1) differences[at] += differences[at - 1];
  return differences;
}
