// SPDX-License-Identifier: GPL-3.0-or-later
// `node generate.mjs SEED FOLDER`: payments of the demonstration's wallet that a device is to sign, NAME.psbt, and what
// the peers make of them, NAME.peer. The same seed gives the same payments.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appSeed } from './demo.mjs';
import { sign } from './payment.mjs';
import { modest, specOf } from './specs.mjs';

const [seed, folder] = process.argv.slice(2);
if (!seed || !folder) {
  console.error('generate: say `node generate.mjs SEED FOLDER`');
  process.exit(1);
}
const payments = {
  'p2wpkh-1': modest(specOf(`${seed} 1`, [84])),
  'p2wpkh-2': modest(specOf(`${seed} 2`, [84])),
  'p2tr-1': modest(specOf(`${seed} 3`, [86])),
  'p2tr-2': modest(specOf(`${seed} 4`, [86])),
  'mixed-1': modest(specOf(`${seed} 5`, [84, 86])),
  'mixed-2': modest(specOf(`${seed} 6`, [86, 84])),
  'mixed-high-fee': specOf(`${seed} 7`, [84, 86]),
};
for (const [name, spec] of Object.entries(payments)) {
  const { psbt, signed } = sign(appSeed, spec);
  writeFileSync(join(folder, `${name}.psbt`), psbt);
  writeFileSync(join(folder, `${name}.peer`), signed);
  console.log(name);
}
