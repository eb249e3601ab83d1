// SPDX-License-Identifier: GPL-3.0-or-later
// Payments made up from numbers that are the same whenever the seed is.
import { createHash } from 'node:crypto';

function* numbers(seed) {
  for (let i = 0; ; i++) {
    const digest = createHash('sha256').update(`${seed} ${i}`).digest();
    for (let k = 0; k < 32; k += 4) yield digest.readUInt32LE(k);
  }
}

export function randomSpec(seed) {
  const next = numbers(seed);
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

// The same on testnet with coins of the kinds named, in turn; each kind is there.
export function specOf(seed, kinds) {
  const spec = randomSpec(seed);
  while (spec.inputs.length < kinds.length)
    spec.inputs.push({ ...spec.inputs[0], index: 2001, salt: spec.inputs.length + 1 });
  spec.inputs.forEach((input, i) => {
    input.kind = kinds[i % kinds.length];
  });
  for (const { change } of spec.outputs) if (change) change.kind = kinds[0];
  return { ...spec, network: 2 };
}

// An ordinary fee: what is left goes back to the wallet.
export function modest(spec) {
  const [{ kind, account }] = spec.inputs;
  const total = (list) => list.reduce((a, { amount }) => a + amount, 0);
  const pay = spec.outputs.filter((output) => !output.change);
  const rest = total(spec.inputs) - total(pay) - 1000 * (spec.inputs.length + pay.length);
  return { ...spec, outputs: [...pay, { amount: rest, change: { kind, account, index: 7 } }] };
}
