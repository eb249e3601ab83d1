// SPDX-License-Identifier: GPL-3.0-or-later
// Make what the C tests compare with: `node make.mjs` writes it, `node make.mjs --check` only compares and
// fails if a committed file differs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';
import { appId, appSeed, childSeed, fingerprintHex, mnemonic, publisher, top } from './demo.mjs';
import { hostile, paymentSpec } from './hostile.mjs';
import { sign } from './payment.mjs';
import { randomSpec } from './specs.mjs';

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

const signedRows = [
  ['payment', paymentSpec],
  ...Array.from({ length: 24 }, (_, n) => [`random-${n}`, randomSpec(`signed ${n}`)]),
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
