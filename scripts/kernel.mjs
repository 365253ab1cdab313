/**
 * Builds the arithmetic kernel: lib/umbral/kernel (AssemblyScript) -> lib/umbral/engine/wasmModule.ts (as text).
 *
 *   npx node scripts/kernel.mjs            write the module
 *   npx node scripts/kernel.mjs --check    fail if the committed module is not what the sources give, or if the branches,
 *                                          selects and computed addresses on secret paths are not those of kernel/gate.json
 *   npx node scripts/kernel.mjs --out F    also write the raw .wasm to F and the text form to F.wat
 *
 * Reproducible: the pinned compiler and the sources decide every byte; no time, path or machine enters.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { formulas, join as joinFormulas } from '../lib/umbral/engine/wasmFormulas.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'lib/umbral/kernel');
const target = join(root, 'lib/umbral/engine/wasmModule.ts');

export async function compile() {
  const files = new Map();
  for (const name of readdirSync(sources))
    if (name.endsWith('.ts')) files.set(name, readFileSync(join(sources, name), 'utf8'));
  const written = new Map();
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['--outFile', 'kernel.wasm', '--textFile', 'kernel.wat'],
      ...['--runtime', 'stub', '--memoryBase', '11264', '--initialMemory', '16', '--use', 'abort='],
      ...['--optimizeLevel', '3', '--shrinkLevel', '1', '--noAssert'],
      ...['--enable', 'simd'],
    ],
    {
      readFile: (name) => files.get(name.replace(/^\.\//, '')) ?? null,
      writeFile: (name, data) => void written.set(name, data),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return { wasm: written.get('kernel.wasm'), wat: written.get('kernel.wat') };
}

/**
 * A column of a product has at most nine terms below 2^56, so the weight of a step, the sum of |coefficients| of its products,
 * must stay below 16 (wasmFormulas.ts, the representation).
 */
function weigh() {
  const magnitude = (terms) => terms.reduce((sum, [coefficient]) => sum + Math.abs(coefficient), 0);
  for (const { name, steps } of formulas())
    for (const { out, terms } of steps) {
      const weight = terms.reduce((sum, [c, a, b]) => sum + (b ? Math.abs(c) * magnitude(a) * magnitude(b) : 0), 0);
      if (weight > 15) throw new Error(`kernel: ${name}, ${out}: weight ${weight} overflows a column`);
    }
}

/** Exports that touch secrets. What they call counts too, except the building of public tables. */
const SECRET = [
  'secretTableOf',
  'secretShared',
  'secretComb',
  'secretProduct',
  'secretFixed',
  'secretSumOf',
  'secretAdd',
  'secretLift',
];
SECRET.push('normalise', 'scalars', 'invertScalars', 'evaluate', 'lagrange', 'sign', 'sha256', 'hmac', 'hkdf');
const PUBLIC = ['fixed/comb'];

/**
 * What each function on a secret path may contain: its branches (`if`, `br_if`), selects, and loads or stores at computed
 * addresses. Each was looked at: they hang on loop counters, counts, kinds of call, `position` of a digit, or on events of
 * probability 2^-128 (sha256/nonce) or public by the contract (index/lagrange: equal indices). A change here wants the same look;
 * test/umbral/kernelTaint.test.ts follows every secret bit through a run and proves it for the paths it takes.
 */
const GATE = join(sources, 'gate.json');

function gate(wat) {
  const bodies = new Map();
  for (const part of wat.split(/\n (?=\(func )/).slice(1))
    bodies.set(
      /^\(func \$(\S+)/.exec(part)[1],
      part
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    );
  const exported = new Map(
    Array.from(wat.matchAll(/\(export "(\w+)" \(func \$([^)]+)\)\)/g), ([, name, of]) => [name, of]),
  );
  const reached = new Set();
  const visit = (name) => {
    if (!bodies.has(name) || reached.has(name) || PUBLIC.includes(name)) return;
    reached.add(name);
    for (const line of bodies.get(name)) if (line.startsWith('call $')) visit(line.slice(6));
  };
  for (const name of SECRET) if (exported.has(name)) visit(exported.get(name));
  const found = {};
  for (const name of [...reached].sort()) {
    const lines = bodies.get(name);
    const count = (pattern) => lines.filter((line) => pattern.test(line)).length;
    const forbidden = lines.filter((line) => /div|rem_|br_table|call_indirect|memory\.grow/.test(line));
    if (forbidden.length > 0) throw new Error(`kernel: ${name} on a secret path has ${forbidden.join(', ')}`);
    const computed = lines.filter(
      (line, i) => /\.load|\.store/.test(line) && !/^(local\.(get|tee)|i32\.const)/.test(lines[i - 1] ?? ''),
    ).length;
    found[name] = { if: count(/^if\b/), br_if: count(/^br_if/), select: count(/^select/), computed };
  }
  // As biome formats it.
  const lines = Object.entries(found).map(([name, counts]) => {
    const list = Object.entries(counts).map(([what, n]) => `"${what}": ${n}`);
    return `  ${JSON.stringify(name)}: { ${list.join(', ')} }`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

weigh();
const { wasm, wat } = await compile();
const out = process.argv.indexOf('--out');
if (out > 0) {
  writeFileSync(process.argv[out + 1], joinFormulas(wasm));
  writeFileSync(`${process.argv[out + 1]}.wat`, wat);
}
/**
 * Bytes as printable text that whatever compresses the page compresses as well as the bytes: from '#' on a character for each byte
 * below 90; '}' and '~' mean 90 and 180 more than the next. (base64 would hide the bytes, and its deflated form what is around it.)
 */
const asText = (bytes) =>
  Array.from(bytes, (byte) => {
    const last = String.fromCharCode(35 + (byte % 90));
    return byte < 90 ? last : String.fromCharCode(124 + Math.floor(byte / 90)) + last;
  }).join('');
const text = `/** Generated by scripts/kernel.mjs from lib/umbral/kernel, which says how to read it; do not edit. */
export const MODULE: string =
  "${asText(wasm).replaceAll('\\', '\\\\')}";
`;
console.log(`kernel: ${wasm.length} bytes of wasm`);
const gated = gate(wat);
if (process.argv.includes('--check')) {
  if (readFileSync(GATE, 'utf8') !== gated)
    throw new Error(`kernel: the secret paths changed; look, then accept:\n${gated}`);
  if (readFileSync(target, 'utf8') !== text)
    throw new Error('kernel: the committed module is not what the sources give');
} else {
  writeFileSync(target, text);
  writeFileSync(GATE, gated);
}
