// SPDX-License-Identifier: GPL-3.0-or-later
// The demonstration's wallet, computed again with an independent BIP-32 library from the rules in
// lib/format/child.h. The mnemonic is BIP-39's public test mnemonic: worthless coins only.
import { readFileSync } from 'node:fs';
import { createHash, createHmac } from 'node:crypto';
import { HDKey } from '@scure/bip32';
import { mnemonicToSeedSync } from '@scure/bip39';

const here = new URL('.', import.meta.url);
export const top = new URL('../../', here);

export const mnemonic = 'abandon '.repeat(11) + 'about';
export const appId = 'wallet';

// The one place that names publisher keys.
export const publisher = (() => {
  const text = readFileSync(new URL('profiles/publishers.toml', top), 'utf8');
  const found = /^\s*cella\s*=\s*"([0-9a-f]{64})"/m.exec(text);
  if (!found) throw new Error('profiles/publishers.toml names no key for `cella` - put it there');
  return Buffer.from(found[1], 'hex');
})();

export function childSeed(words, publisherKey, id) {
  const tag = createHash('sha256')
    .update('Cella app seed v1')
    .update(publisherKey)
    .update(id)
    .digest();
  const steps = [0, 1, 2, 3].map((i) => (tag.readUInt32BE(4 * i) & 0x7fffffff) + "'");
  const master = HDKey.fromMasterSeed(mnemonicToSeedSync(words));
  const node = master.derive("m/83696968'/1128614988'/" + steps.join('/'));
  return createHmac('sha512', 'bip-entropy-from-k').update(node.privateKey).digest();
}

export const appSeed = childSeed(mnemonic, publisher, appId);
export const fingerprintHex = (master) => master.fingerprint.toString(16).padStart(8, '0');

// A key of an account of the wallet that grows from `seed`.
export function accountKey(seed, kind, coin, account, chain, index) {
  const path = `m/${kind}'/${coin}'/${account}'/${chain}/${index}`;
  return { path, key: HDKey.fromMasterSeed(seed).derive(path) };
}
