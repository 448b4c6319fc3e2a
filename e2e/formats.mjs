// Readers of the exported files, written from the formats' definitions and not from our writers.

import { gunzipSync, inflateSync } from "node:zlib";

/** NRRD (teem.sourceforge.net/nrrd/format.html): `{ sizes, voxels, fields }`, sizes fastest axis first. */
export function readNrrd(bytes) {
  const end = bytes.indexOf("\n\n");
  if (end < 0) throw new Error("no end of the header");
  const lines = bytes.subarray(0, end).toString("utf8").split("\n");
  if (!/^NRRD000[1-5]$/.test(lines[0])) throw new Error(`magic ${lines[0]}`);
  const fields = {};
  for (const line of lines.slice(1)) {
    const field = /^([^#:][^:]*):=?\s*(.*)$/.exec(line);
    if (field) fields[field[1]] = field[2];
  }
  if (!/^(uint8|uchar|unsigned char|uint8_t)$/.test(fields.type)) throw new Error(`type ${fields.type}`);
  const data = bytes.subarray(end + 2);
  const voxels = /^(gzip|gz)$/.test(fields.encoding) ? gunzipSync(data) : data;
  const sizes = fields.sizes.split(/\s+/).map(Number);
  if (voxels.length !== sizes.reduce((a, b) => a * b, 1)) throw new Error(`${voxels.length} voxels for ${sizes}`);
  return { sizes, voxels, fields };
}

/** TIFF 6.0, little or big endian, 8 bits, strips, uncompressed, deflated or packed: one entry per page. */
export function readTiff(bytes) {
  const little = bytes.toString("latin1", 0, 2) === "II";
  const u16 = (at) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) throw new Error("not a classic TIFF");
  const pages = [];
  for (let at = u32(4); at !== 0; ) {
    const tags = {};
    const count = u16(at);
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i;
      const [type, number] = [u16(entry + 2), u32(entry + 4)];
      const size = { 1: 1, 2: 1, 3: 2, 4: 4 }[type];
      if (!size) continue;
      const start = size * number <= 4 ? entry + 8 : u32(entry + 8);
      const read = { 1: (p) => bytes[p], 2: (p) => bytes[p], 3: u16, 4: u32 }[type];
      tags[u16(entry)] = Array.from({ length: number }, (_, n) => read(start + n * size));
    }
    if ((tags[258]?.[0] ?? 1) !== 8) throw new Error("not 8 bits");
    const unpack = { 1: (s) => s, 8: inflateSync, 32946: inflateSync, 32773: unpackBits }[tags[259]?.[0] ?? 1];
    if (!unpack) throw new Error(`compression ${tags[259]}`);
    const strips = tags[273].map((start, i) => unpack(bytes.subarray(start, start + tags[279][i])));
    pages.push({ width: tags[256][0], height: tags[257][0], values: Buffer.concat(strips) });
    at = u32(at + 2 + 12 * count);
  }
  return pages;
}

function unpackBits(bytes) {
  const out = [];
  for (let i = 0; i < bytes.length; ) {
    const n = bytes.readInt8(i++);
    if (n >= 0) {
      out.push(...bytes.subarray(i, i + n + 1));
      i += n + 1;
    } else if (n > -128) out.push(...new Array(1 - n).fill(bytes[i++]));
  }
  return Buffer.from(out);
}

/** Share of bytes that differ. */
export function difference(a, b) {
  if (a.length !== b.length) return 1;
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count += 1;
  return count / a.length;
}
