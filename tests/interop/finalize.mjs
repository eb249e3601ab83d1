// SPDX-License-Identifier: GPL-3.0-or-later
// `node finalize.mjs SIGNED.psbt`: two independent implementations check every signature that a device put
// into a PSBT (binary or base64), finalize it, and must make the same transaction.
import { readFileSync } from 'node:fs';
import * as btc from '@scure/btc-signer';
import * as ecc from '@bitcoinerlab/secp256k1';
import * as bitcoin from 'bitcoinjs-lib';

bitcoin.initEccLib(ecc);

function fail(text) {
  console.error(`finalize: ${text}`);
  process.exit(1);
}

const name = process.argv[2];
if (!name) fail('no file named - say `node finalize.mjs SIGNED.psbt`');
let bytes;
try {
  bytes = readFileSync(name);
} catch {
  fail(`${name} cannot be read - name a signed PSBT`);
}
if (bytes.subarray(0, 5).toString('hex') !== '70736274ff')
  bytes = Buffer.from(bytes.toString('latin1').trim(), 'base64');

function theirs() {
  const psbt = bitcoin.Psbt.fromBuffer(bytes);
  psbt.data.inputs.forEach((input, i) => {
    const check = (key, hash, signature) =>
      input.tapKeySig ? ecc.verifySchnorr(hash, key, signature) : ecc.verify(hash, key, signature);
    if (!psbt.validateSignaturesOfInput(i, check))
      fail(`bitcoinjs-lib: the signature of input ${i + 1} is wrong`);
  });
  return Buffer.from(psbt.finalizeAllInputs().extractTransaction(true).toBuffer());
}

function ours() {
  const tx = btc.Transaction.fromPSBT(bytes, { allowUnknownOutputs: true });
  tx.finalize();
  return {
    raw: Buffer.from(tx.extract()),
    id: tx.id,
    fee: tx.fee,
    vsize: tx.vsize,
    inputs: tx.inputsLength,
  };
}

try {
  const made = ours();
  if (!made.raw.equals(theirs())) fail('the two peers made different transactions');
  console.log(
    `${made.inputs} signatures are good; transaction ${made.id}, ${made.vsize} vB, fee ${made.fee} sat`,
  );
  console.log(made.raw.toString('hex'));
} catch (error) {
  fail(`${name}: ${error.message}`);
}
