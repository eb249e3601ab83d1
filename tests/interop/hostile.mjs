// SPDX-License-Identifier: GPL-3.0-or-later
// One bad PSBT for each refusal that a PSBT can cause (abi/refusals.def), made from the good one.
// [name, who refuses, refusal, index, bytes]
import * as btc from '@scure/btc-signer';
import { HDKey } from '@scure/bip32';
import { appSeed } from './demo.mjs';
import { added, decode, edit, encode, replaced, without } from './maps.mjs';
import { build, coinScript, pathOf } from './payment.mjs';

export const paymentSpec = {
  network: 2,
  inputs: [
    { kind: 84, index: 0, amount: 150000, vout: 1 },
    { kind: 86, index: 3, amount: 100000, vout: 0 },
  ],
  outputs: [
    { amount: 180000, address: 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx' },
    { amount: 69010, change: { kind: 84, index: 5 } },
  ],
};

const stranger = Buffer.alloc(64, 0x77); // somebody else's seed
const ourFingerprint = HDKey.fromMasterSeed(appSeed).fingerprint;
const IN = {
  previous: 0,
  witness: 1,
  signature: 2,
  sighash: 3,
  redeem: 4,
  derivation: 6,
  final: 8,
  tapSignature: 0x13,
  tapDerivation: 0x16,
  merkle: 0x18,
};

const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n >>> 0);
  return b;
};
const u32be = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(n >>> 0);
  return b;
};
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const derivation = (fingerprint, path) => Buffer.concat([u32be(fingerprint), ...path.map(u32)]);
const output = (amount, script) =>
  Buffer.concat([u64(amount), Buffer.from([script.length]), script]);

// The same with another unsigned transaction.
function transaction(maps, change) {
  return edit(
    maps,
    0,
    replaced(0, (raw) => {
      const tx = btc.RawTx.decode(raw);
      change(tx);
      return Buffer.from(btc.RawTx.encode(tx));
    }),
  );
}

function bytesFixtures(good, maps) {
  return [
    ['truncated', 'TRUNCATED', 0, good.subarray(0, good.length / 2)],
    ['truncated-magic', 'TRUNCATED', 0, good.subarray(0, 4)],
    ['truncated-last', 'TRUNCATED', 1, good.subarray(0, good.length - 1)],
    ['trailing', 'TRAILING', 0, Buffer.concat([good, Buffer.from([0])])],
    ['magic', 'MAGIC', 0, Buffer.concat([Buffer.from('psbx'), good.subarray(4)])],
    [
      'compact-size',
      'COMPACT_SIZE',
      0,
      Buffer.concat([good.subarray(0, 5), Buffer.from('fd0100', 'hex'), good.subarray(6)]),
    ],
    ['duplicate-global', 'DUPLICATE_KEY', 0, encode(edit(maps, 0, (m) => [...m, m[0]]))],
    ['duplicate-input', 'DUPLICATE_KEY', 1, encode(edit(maps, 2, (m) => [m[0], ...m]))],
    ['duplicate-output', 'DUPLICATE_KEY', 1, encode(edit(maps, 4, (m) => [...m, m[0]]))],
    ['field-key', 'FIELD', 0, encode(edit(maps, 1, added([IN.sighash, 0], u32(1))))],
    [
      'field-value',
      'FIELD',
      1,
      encode(
        edit(
          maps,
          2,
          replaced(IN.witness, (v) => v.subarray(0, v.length - 1)),
        ),
      ),
    ],
    [
      'field-public-key',
      'FIELD',
      0,
      encode(
        edit(maps, 1, (m) =>
          m.map(([k, v]) =>
            k[0] === IN.derivation
              ? [Buffer.concat([k.subarray(0, 1), Buffer.from([5]), k.subarray(2)]), v]
              : [k, v],
          ),
        ),
      ),
    ],
    ['version', 'VERSION', 0, encode(edit(maps, 0, added([0xfb], u32(2))))],
    ['transaction-missing', 'TRANSACTION_MISSING', 0, encode(edit(maps, 0, without(0)))],
    [
      'maps-reordered',
      'TRANSACTION_MISSING',
      0,
      encode([maps[3], maps[1], maps[2], maps[0], maps[4]]),
    ],
    [
      'transaction-short',
      'TRANSACTION',
      0,
      encode(
        edit(
          maps,
          0,
          replaced(0, (v) => v.subarray(0, v.length - 1)),
        ),
      ),
    ],
    [
      'transaction-script',
      'TRANSACTION',
      1,
      encode(
        transaction(maps, (tx) => {
          tx.inputs[1].finalScriptSig = new Uint8Array([0x51]);
        }),
      ),
    ],
    [
      'many-fields',
      'MANY_FIELDS',
      0,
      encode(
        edit(maps, 1, (m) => [
          ...m,
          ...Array.from({ length: 257 }, (_, i) => [
            Buffer.from([0x40, i & 255, i >> 8]),
            Buffer.alloc(0),
          ]),
        ]),
      ),
    ],
  ];
}

function shapeFixtures(maps) {
  return [
    [
      'no-inputs',
      'NO_INPUTS',
      0,
      encode([
        ...transaction(maps, (tx) => {
          tx.inputs = [];
        }).slice(0, 1),
        maps[3],
        maps[4],
      ]),
    ],
    [
      'no-outputs',
      'NO_OUTPUTS',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs = [];
        }).slice(0, 3),
      ),
    ],
    [
      'many-inputs',
      'MANY_INPUTS',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.inputs = Array.from({ length: 257 }, (_, i) => ({ ...tx.inputs[0], index: i }));
        }),
      ),
    ],
    [
      'many-outputs',
      'MANY_OUTPUTS',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs = Array.from({ length: 257 }, () => tx.outputs[0]);
        }),
      ),
    ],
    [
      'duplicate-coin',
      'DUPLICATE_INPUT',
      1,
      encode([
        ...transaction(maps, (tx) => {
          tx.inputs[1] = { ...tx.inputs[0] };
        }).slice(0, 2),
        maps[1],
        maps[3],
        maps[4],
      ]),
    ],
    [
      'transaction-version',
      'TRANSACTION_VERSION',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.version = 4;
        }),
      ),
    ],
    [
      'amount-range',
      'AMOUNT_RANGE',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[0].amount = 2100000000000001n;
        }),
      ),
    ],
    [
      'amount-sum',
      'AMOUNT_RANGE',
      1,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[0].amount = 2100000000000000n;
        }),
      ),
    ],
    [
      'amount-wraps',
      'AMOUNT_RANGE',
      1,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[1].amount = 0xffffffffffffff00n;
        }),
      ),
    ],
    [
      'overspent',
      'OVERSPENT',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[0].amount = 180991n;
        }),
      ),
    ],
    [
      'script-empty',
      'SCRIPT_SIZE',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[0].script = new Uint8Array();
        }),
      ),
    ],
    [
      'script-long',
      'SCRIPT_SIZE',
      0,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[0].script = new Uint8Array(521).fill(0x51);
        }),
      ),
    ],
  ];
}

function keyFixtures(maps) {
  const other = coinScript(stranger, 2, { kind: 84, index: 0 });
  const otherTap = coinScript(stranger, 2, { kind: 86, index: 3 });
  const ours = coinScript(appSeed, 2, { kind: 84, index: 0 });
  const field = (key, value) => (m) => [
    ...without(IN.derivation)(m),
    [Buffer.concat([Buffer.from([IN.derivation]), Buffer.from(key)]), value],
  ];
  const path = (p) =>
    encode(edit(maps, 1, field(ours.key.publicKey, derivation(ourFingerprint, p))));
  return [
    ['path-missing', 'PATH_MISSING', 0, encode(edit(maps, 1, without(IN.derivation)))],
    [
      'foreign-key',
      'NOT_OURS',
      0,
      encode(edit(maps, 1, replaced(IN.derivation, derivation(0x01020304, ours.path)))),
    ],
    [
      'foreign-taproot',
      'NOT_OURS',
      1,
      encode(
        edit(
          maps,
          2,
          replaced(IN.tapDerivation, (v) =>
            Buffer.concat([v.subarray(0, 1), u32be(0x01020304), v.subarray(5)]),
          ),
        ),
      ),
    ],
    [
      'key-mismatch',
      'KEY_MISMATCH',
      0,
      encode(edit(maps, 1, field(other.key.publicKey, derivation(ourFingerprint, ours.path)))),
    ],
    [
      'key-mismatch-taproot',
      'KEY_MISMATCH',
      1,
      encode(
        edit(maps, 2, (m) =>
          m.map(([k, v]) =>
            k[0] === IN.tapDerivation
              ? [Buffer.concat([k.subarray(0, 1), Buffer.from(otherTap.xonly)]), v]
              : [k, v],
          ),
        ),
      ),
    ],
    ['coin-type', 'NETWORK', 0, path(pathOf(84, 0, 0, 0, 0))],
    ['path-purpose', 'PATH', 0, path(pathOf(44, 1, 0, 0, 0))],
    ['path-kind', 'PATH', 0, path(pathOf(86, 1, 0, 0, 0))],
    ['path-account', 'PATH', 0, path(pathOf(84, 1, 100, 0, 0))],
    ['path-chain', 'PATH', 0, path(pathOf(84, 1, 0, 2, 0))],
    ['path-hardened-index', 'PATH', 0, path(pathOf(84, 1, 0, 0, 0x80000000))],
    ['path-short', 'PATH', 0, path(pathOf(84, 1, 0, 0, 0).slice(0, 4))],
    ['path-long', 'PATH', 0, path([...pathOf(84, 1, 0, 0, 0), 0])],
    [
      'script-taproot-tree',
      'SCRIPT',
      1,
      encode(edit(maps, 2, added([IN.merkle], Buffer.alloc(32, 5)))),
    ],
    [
      'script-redeem',
      'SCRIPT',
      0,
      encode(edit(maps, 1, added([IN.redeem], Buffer.from('0014', 'hex')))),
    ],
    [
      'script-other',
      'SCRIPT',
      1,
      encode(
        edit(
          maps,
          2,
          replaced(IN.witness, output(100000, Buffer.from('0020' + '11'.repeat(32), 'hex'))),
        ),
      ),
    ],
  ];
}

function coinFixtures(maps) {
  const foreign = decode(build(stranger, paymentSpec).toPSBT(0));
  const previous = foreign[1].find(([k]) => k[0] === IN.previous)[1];
  const beyond = transaction(maps, (tx) => {
    tx.inputs[0].index = 7;
  });
  const ours = coinScript(appSeed, 2, { kind: 84, index: 0 });
  return [
    ['previous-missing', 'PREVIOUS_MISSING', 0, encode(edit(maps, 1, without(IN.previous)))],
    ['previous-missing-both', 'PREVIOUS_MISSING', 1, encode(edit(maps, 2, without(IN.witness)))],
    [
      'previous-bad',
      'PREVIOUS_BAD',
      0,
      encode(
        edit(
          maps,
          1,
          replaced(IN.previous, (v) => v.subarray(0, v.length - 1)),
        ),
      ),
    ],
    ['previous-wrong', 'PREVIOUS_WRONG', 0, encode(edit(maps, 1, replaced(IN.previous, previous)))],
    [
      'inputs-reordered',
      'PREVIOUS_WRONG',
      1,
      encode([maps[0], maps[2], maps[1], maps[3], maps[4]]),
    ],
    ['previous-output', 'PREVIOUS_OUTPUT', 0, encode(beyond)],
    [
      'amount-mismatch',
      'AMOUNT_MISMATCH',
      0,
      encode(edit(maps, 1, replaced(IN.witness, output(150001, Buffer.from(ours.script))))),
    ],
    [
      'script-mismatch',
      'SCRIPT_MISMATCH',
      0,
      encode(
        edit(
          maps,
          1,
          replaced(IN.witness, output(150000, Buffer.from('0014' + '22'.repeat(20), 'hex'))),
        ),
      ),
    ],
    ['sighash-none', 'SIGHASH', 0, encode(edit(maps, 1, added([IN.sighash], u32(2))))],
    ['sighash-anyone', 'SIGHASH', 1, encode(edit(maps, 2, added([IN.sighash], u32(0x81))))],
    ['sighash-taproot-all', 'SIGHASH', 1, encode(edit(maps, 2, added([IN.sighash], u32(1))))],
    [
      'signed-partial',
      'SIGNED',
      0,
      encode(
        edit(
          maps,
          1,
          added(
            Buffer.concat([Buffer.from([IN.signature]), Buffer.from(ours.key.publicKey)]),
            Buffer.alloc(71, 0x30),
          ),
        ),
      ),
    ],
    [
      'signed-taproot',
      'SIGNED',
      1,
      encode(edit(maps, 2, added([IN.tapSignature], Buffer.alloc(64, 1)))),
    ],
    [
      'signed-final',
      'SIGNED',
      0,
      encode(edit(maps, 1, added([IN.final], Buffer.from('00', 'hex')))),
    ],
    [
      'false-change',
      'CHANGE_MISMATCH',
      1,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[1].script = Buffer.from('0014' + '33'.repeat(20), 'hex');
        }),
      ),
    ],
    [
      'false-change-kind',
      'CHANGE_MISMATCH',
      1,
      encode(
        transaction(maps, (tx) => {
          tx.outputs[1].script = Buffer.from('a914' + '33'.repeat(20) + '87', 'hex');
        }),
      ),
    ],
  ];
}

// Consistent lies: nothing in the PSBT contradicts them, only who has the keys can tell.
function vaultFixtures() {
  const claim = (map, types) =>
    map.map(([k, v]) => {
      if (k[0] === types[0]) return [k, Buffer.concat([u32be(ourFingerprint), v.subarray(4)])];
      if (k[0] === types[1])
        return [k, Buffer.concat([v.subarray(0, 1), u32be(ourFingerprint), v.subarray(5)])];
      return [k, v];
    });
  const theirs = decode(build(stranger, paymentSpec).toPSBT(0));
  const lie = theirs.map((map, i) =>
    i === 1 || i === 2 ? claim(map, [IN.derivation, IN.tapDerivation]) : map,
  );
  const other = coinScript(stranger, 2, { kind: 84, chain: 1, index: 5 });
  const good = decode(build(appSeed, paymentSpec).toPSBT(0));
  const change = transaction(good, (tx) => {
    tx.outputs[1].script = other.script;
  });
  change[4] = [
    [
      Buffer.concat([Buffer.from([2]), Buffer.from(other.key.publicKey)]),
      derivation(ourFingerprint, other.path),
    ],
  ];
  return [
    ['vault-key-mismatch', 'KEY_MISMATCH', 0, encode(lie)],
    ['vault-false-change', 'CHANGE_MISMATCH', 1, encode(change)],
  ];
}

export function hostile() {
  const good = Buffer.from(build(appSeed, paymentSpec).toPSBT(0));
  const maps = decode(good);
  if (!encode(maps).equals(good)) throw new Error('decode and encode do not agree');
  const reader = [
    ...bytesFixtures(good, maps),
    ...shapeFixtures(maps),
    ...keyFixtures(maps),
    ...coinFixtures(maps),
  ];
  return [
    ...reader.map(([n, ...rest]) => [n, 'reader', ...rest]),
    ...vaultFixtures().map(([n, ...rest]) => [n, 'vault', ...rest]),
  ];
}
