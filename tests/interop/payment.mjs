// SPDX-License-Identifier: GPL-3.0-or-later
// Transactions of a wallet as PSBTs, and the same signed by an independent implementation
// (@scure/btc-signer), checked against a second one (bitcoinjs-lib).
import * as btc from '@scure/btc-signer';
import * as ecc from '@bitcoinerlab/secp256k1';
import * as bitcoin from 'bitcoinjs-lib';
import { HDKey } from '@scure/bip32';
import { accountKey } from './demo.mjs';

bitcoin.initEccLib(ecc);

const networks = { 1: btc.NETWORK, 2: btc.TEST_NETWORK };
const peers = { 1: bitcoin.networks.bitcoin, 2: bitcoin.networks.testnet };
export const coinOf = (network) => (network === 1 ? 0 : 1);
export const hardened = 0x80000000;
export const pathOf = (kind, coin, account, chain, index) => [
  hardened + kind,
  hardened + coin,
  hardened + account,
  chain,
  index,
];

// What a key of the wallet is worth in a script.
export function coinScript(seed, network, { kind, account = 0, chain = 0, index = 0 }) {
  const { key } = accountKey(seed, kind, coinOf(network), account, chain, index);
  const xonly = key.publicKey.slice(1);
  const pay =
    kind === 84
      ? btc.p2wpkh(key.publicKey, networks[network])
      : btc.p2tr(xonly, undefined, networks[network]);
  return {
    key,
    xonly,
    script: pay.script,
    address: pay.address,
    path: pathOf(kind, coinOf(network), account, chain, index),
  };
}

// A previous transaction that pays `amount` to `script` in output `vout`. It has a witness, as most
// transactions have today; its txid does not depend on it.
function previous(script, amount, vout, salt) {
  const outputs = [];
  for (let i = 0; i <= vout; i++)
    outputs.push(
      i === vout
        ? { amount, script }
        : {
            amount: 5000n + BigInt(i),
            script: new Uint8Array(22)
              .fill(i + 1)
              .fill(0, 0, 1)
              .fill(20, 1, 2),
          },
    );
  const raw = btc.RawTx.encode({
    version: 2,
    segwitFlag: true,
    lockTime: 0,
    outputs,
    inputs: [
      {
        txid: new Uint8Array(32).fill(salt),
        index: salt,
        finalScriptSig: new Uint8Array(),
        sequence: 0xfffffffe,
      },
    ],
    witnesses: [[new Uint8Array(71).fill(salt), new Uint8Array(33).fill(2)]],
  });
  return raw;
}

// `spec`: { network, version, lockTime, inputs: [{kind, account, chain, index, amount, vout, sequence}],
// outputs: [{amount, address | script | change: {kind, account, index}}] }
export function build(seed, spec) {
  const network = networks[spec.network];
  const fingerprint = HDKey.fromMasterSeed(seed).fingerprint;
  const tx = new btc.Transaction({
    version: spec.version ?? 2,
    lockTime: spec.lockTime ?? 0,
    allowUnknownOutputs: true,
    lowR: false,
  });
  spec.inputs.forEach((input, i) => {
    const coin = coinScript(seed, spec.network, input);
    const amount = BigInt(input.amount);
    const vout = input.vout ?? i % 3;
    const raw = previous(coin.script, amount, vout, input.salt ?? i + 1);
    const txid = btc.Transaction.fromRaw(raw, {
      allowUnknownOutputs: true,
      allowUnknownInputs: true,
      disableScriptCheck: true,
    }).id;
    const common = {
      txid,
      index: vout,
      sequence: input.sequence ?? 0xfffffffd,
      witnessUtxo: { script: coin.script, amount },
    };
    const der = { fingerprint, path: coin.path };
    if (input.kind === 84)
      tx.addInput({ ...common, nonWitnessUtxo: raw, bip32Derivation: [[coin.key.publicKey, der]] });
    else
      tx.addInput({
        ...common,
        tapInternalKey: coin.xonly,
        tapBip32Derivation: [[coin.xonly, { hashes: [], der }]],
      });
  });
  for (const output of spec.outputs) {
    const amount = BigInt(output.amount);
    if (output.change) {
      const coin = coinScript(seed, spec.network, { chain: 1, ...output.change });
      const der = { fingerprint, path: coin.path };
      tx.addOutput(
        output.change.kind === 84
          ? { script: coin.script, amount, bip32Derivation: [[coin.key.publicKey, der]] }
          : {
              script: coin.script,
              amount,
              tapInternalKey: coin.xonly,
              tapBip32Derivation: [[coin.xonly, { hashes: [], der }]],
            },
      );
    } else if (output.address) tx.addOutputAddress(output.address, amount, network);
    else tx.addOutput({ script: output.script, amount });
  }
  return tx;
}

// The signatures an independent implementation makes, in the order of inputs: ECDSA after RFC 6979
// without grinding for a low R, Schnorr with auxiliary randomness zero. Two peers must agree.
export function sign(seed, spec) {
  const tx = build(seed, spec);
  const psbt = Buffer.from(tx.toPSBT(0));
  const js = bitcoin.Psbt.fromBuffer(psbt, { network: peers[spec.network] });
  const signatures = spec.inputs.map((input, i) => {
    const { key, xonly } = coinScript(seed, spec.network, input);
    tx.signIdx(key.privateKey, i, undefined, new Uint8Array(32));
    const got = tx.getInput(i);
    const mine = Buffer.from(input.kind === 84 ? got.partialSig[0][1] : got.tapKeySig);
    const signer = input.kind === 84 ? peerSigner(key) : peerSigner(key).tweak(xonly);
    js.signInput(i, signer);
    const theirs = Buffer.from(
      input.kind === 84 ? js.data.inputs[i].partialSig[0].signature : js.data.inputs[i].tapKeySig,
    );
    if (!mine.equals(theirs))
      throw new Error(`input ${i}: the two peers made different signatures`);
    return mine;
  });
  const signed = Buffer.from(tx.toPSBT(0));
  tx.finalize();
  return { psbt, signatures, signed, raw: Buffer.from(tx.extract()), txid: tx.id, vsize: tx.vsize };
}

function peerSigner(key) {
  return {
    publicKey: Buffer.from(key.publicKey),
    sign: (hash) => ecc.sign(hash, key.privateKey),
    signSchnorr: (hash) => ecc.signSchnorr(hash, key.privateKey, new Uint8Array(32)),
    tweak(xonly) {
      const secret = key.publicKey[0] === 3 ? ecc.privateNegate(key.privateKey) : key.privateKey;
      const tweaked = ecc.privateAdd(secret, bitcoin.crypto.taggedHash('TapTweak', xonly));
      return peerSigner({ privateKey: tweaked, publicKey: ecc.pointFromScalar(tweaked, true) });
    },
  };
}
