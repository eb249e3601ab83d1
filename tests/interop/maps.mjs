// SPDX-License-Identifier: GPL-3.0-or-later
// A PSBT as what it is, lists of key and value (BIP-174), so that fixtures can be wrong on purpose.
const magic = Buffer.from('70736274ff', 'hex');

export function compact(n) {
  if (n < 0xfd) return Buffer.from([n]);
  const out = Buffer.alloc(n <= 0xffff ? 3 : 5);
  out[0] = n <= 0xffff ? 0xfd : 0xfe;
  if (n <= 0xffff) out.writeUInt16LE(n, 1);
  else out.writeUInt32LE(n, 1);
  return out;
}

export const counted = (bytes) => Buffer.concat([compact(bytes.length), bytes]);

function readCompact(bytes, at) {
  const first = bytes[at];
  if (first < 0xfd) return [first, at + 1];
  return first === 0xfd
    ? [bytes.readUInt16LE(at + 1), at + 3]
    : [bytes.readUInt32LE(at + 1), at + 5];
}

export function decode(psbt) {
  const bytes = Buffer.from(psbt);
  const maps = [];
  let at = magic.length;
  while (at < bytes.length) {
    const map = [];
    for (;;) {
      let size;
      [size, at] = readCompact(bytes, at);
      if (size === 0) break;
      const key = bytes.subarray(at, at + size);
      at += size;
      [size, at] = readCompact(bytes, at);
      map.push([key, bytes.subarray(at, at + size)]);
      at += size;
    }
    maps.push(map);
  }
  return maps;
}

export function encode(maps) {
  const parts = [magic];
  for (const map of maps) {
    for (const [key, value] of map) parts.push(counted(key), counted(value));
    parts.push(Buffer.from([0]));
  }
  return Buffer.concat(parts);
}

// Copies with one map changed.
export function edit(maps, number, change) {
  return maps.map((map, i) =>
    i === number ? change(map.map(([k, v]) => [Buffer.from(k), Buffer.from(v)])) : map,
  );
}
export const without = (type) => (map) => map.filter(([k]) => k[0] !== type);
export const replaced = (type, value) => (map) =>
  map.map(([k, v]) =>
    k[0] === type ? [k, typeof value === 'function' ? value(v) : value] : [k, v],
  );
export const added = (key, value) => (map) => [...map, [Buffer.from(key), Buffer.from(value)]];
