// SPDX-License-Identifier: GPL-3.0-or-later
// Make what the C tests compare with: `node make.mjs` writes it, `node make.mjs --check` only compares and
// fails if a committed file differs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { appId, appSeed, childSeed, fingerprintHex, mnemonic, publisher, top } from './demo.mjs';
import { hostile, paymentSpec } from './hostile.mjs';
import { sign } from './payment.mjs';

const check = process.argv.includes('--check');
let bad = 0;

function put(name, content) {
  const at = new URL(name, top);
  if (!check) {
    mkdirSync(new URL('.', at), { recursive: true });
    writeFileSync(at, content);
    return;
  }
  let old = Buffer.alloc(0);
  try {
    old = readFileSync(at);
  } catch {
    /* a missing file differs */
  }
  if (!Buffer.from(content).equals(old)) {
    console.error(
      `${name}: differs from what the peers make now - run \`node make.mjs\` and look at the change`,
    );
    bad++;
  }
}

const header = (what) =>
  `# ${what}\n# Made by tests/interop/make.mjs with @scure/btc-signer, @scure/bip32 and bitcoinjs-lib.\n`;
const table = (what, fields, rows) =>
  header(what) + `# ${fields}\n` + rows.map((row) => row.join('|') + '\n').join('');

// Numbers that are the same in every run.
function* numbers(seed) {
  for (let i = 0; ; i++) {
    const digest = createHash('sha256').update(`${seed} ${i}`).digest();
    for (let k = 0; k < 32; k += 4) yield digest.readUInt32LE(k);
  }
}

function randomSpec(n) {
  const next = numbers(`signed ${n}`);
  const draw = (max) => next.next().value % max;
  const network = 1 + draw(2);
  const inputs = Array.from({ length: 1 + draw(5) }, (_, i) => ({
    kind: draw(2) ? 84 : 86,
    account: draw(3),
    chain: draw(2),
    index: draw(2000),
    amount: 10000 + draw(100000000),
    vout: draw(4),
    salt: i + 1,
    sequence: [0xffffffff, 0xfffffffd, 0xfffffffe, 5][draw(4)],
  }));
  const sum = inputs.reduce((a, input) => a + input.amount, 0);
  const scripts = [
    '76a914' + '11'.repeat(20) + '88ac',
    'a914' + '22'.repeat(20) + '87',
    '0014' + '33'.repeat(20),
    '0020' + '44'.repeat(32),
    '5120' + '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    '6a0568656c6c6f',
  ];
  const outputs = Array.from({ length: 1 + draw(4) }, () => ({
    amount: Math.floor(sum / 8),
    script: Buffer.from(scripts[draw(6)], 'hex'),
  }));
  if (draw(3))
    outputs.push({
      amount: Math.floor(sum / 3),
      change: { kind: inputs[0].kind, account: inputs[0].account, index: draw(1000) },
    });
  return { network, version: 1 + draw(2), lockTime: draw(2) ? draw(900000) : 0, inputs, outputs };
}

const signedRows = [
  ['payment', paymentSpec],
  ...Array.from({ length: 24 }, (_, n) => [`random-${n}`, randomSpec(n)]),
].map(([name, spec]) => {
  const made = sign(appSeed, spec);
  return [
    name,
    spec.network,
    appSeed.toString('hex'),
    made.psbt.toString('hex'),
    made.signatures.map((s) => s.toString('hex')).join(','),
    made.signed.toString('hex'),
    made.vsize,
  ];
});
put(
  'tests/vectors/signed.txt',
  table(
    'What P2WPKH and P2TR inputs are signed with: RFC 6979 without low-R grinding, BIP-340 with auxiliary randomness zero.',
    'name|network|app seed|PSBT|signatures|signed PSBT|virtual size of the signed transaction',
    signedRows,
  ),
);

const fixtures = hostile();
put(
  'tests/vectors/hostile.txt',
  table(
    'Bad PSBTs, each with the refusal it must get, and from whom.',
    'name|who|refusal|index|PSBT',
    fixtures.map(([name, who, refusal, index, bytes]) => [
      name,
      who,
      refusal,
      index,
      bytes.toString('hex'),
    ]),
  ),
);

const otherPublisher = Buffer.alloc(32, 7);
const childRows = [
  [mnemonic, publisher, appId],
  [mnemonic, publisher, 'wallet2'],
  [mnemonic, otherPublisher, appId],
  ['legal winner thank year wave sausage worth useful legal winner thank yellow', publisher, appId],
].map(([words, key, id]) => {
  const seed = childSeed(words, key, id);
  return [
    Buffer.from(mnemonicToSeedSync(words)).toString('hex'),
    key.toString('hex'),
    id,
    seed.toString('hex'),
    fingerprintHex(HDKey.fromMasterSeed(seed)),
  ];
});
put(
  'tests/vectors/child.txt',
  table(
    'App seeds (lib/format/child.h).',
    'BIP-39 seed|publisher key|app id|app seed|fingerprint of its master',
    childRows,
  ),
);

const payment = Buffer.from(signedRows[0][3], 'hex');
put('examples/payment.psbt', payment);
for (const [name, , , , bytes] of fixtures)
  if (bytes.length < 4096) put(`examples/hostile/${name}.psbt`, bytes);
console.log(`app fingerprint ${fingerprintHex(HDKey.fromMasterSeed(appSeed))}`);
console.log(
  check
    ? `${bad} files differ`
    : `${signedRows.length} signed, ${fixtures.length} hostile, ${childRows.length} seeds written`,
);
process.exit(bad ? 1 : 0);
