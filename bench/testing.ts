/**
 * What `dintel/testing` costs: a network of five nodes, then grants of 2 of 3 and their retrievals, one after another on one
 * thread; then the same as somebody writes it who is in a hurry: many Bobs in one call, many links in one call.
 * Run: `npx node bench/testing.ts [--json] [--count 100]`.
 *
 * The thread's own time is what the clock would show on a machine that does nothing else: everything here is one thread's work. A busy
 * machine stretches that too (caches, sibling threads), so one multiplication by noble is timed beside it: laps in such units compare.
 */
import { parseArgs } from 'node:util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Bob, heldFile } from 'dintel';
import { createTestNetwork } from 'dintel/testing';

/** Units: milliseconds, by the clock and by the processor time of the main thread and of all threads (compilers, collector). */
interface Lap {
  readonly ms: number;
  readonly threadMs: number;
  readonly cpuMs: number;
}

export interface TestingRow {
  readonly count: number;
  readonly start: Lap;
  readonly grants: Lap;
  readonly retrievals: Lap;
  /** The same in calls for 25 Bobs, and in one call for all links. */
  readonly batchedGrants: Lap;
  readonly retrieveAll: Lap;
  /** Thread time of one multiplication of a point by noble, in milliseconds, right after the laps. */
  readonly multiplicationMs: number;
}

const perCall = 25;

function stopwatch(): () => Lap {
  const sum = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000;
  let last = [performance.now(), sum(process.threadCpuUsage()), sum(process.cpuUsage())] as const;
  return () => {
    const now = [performance.now(), sum(process.threadCpuUsage()), sum(process.cpuUsage())] as const;
    const [ms, threadMs, cpuMs] = now.map((value, i) => value - (last[i] as number)) as [number, number, number];
    last = now;
    return { ms, threadMs, cpuMs };
  };
}

function multiplicationMs(): number {
  const point = secp256k1.Point.BASE.multiply(3n).negate();
  const multiply = (count: number) => {
    for (let i = 1; i <= count; i += 1) point.multiply(2n ** 255n + BigInt(i));
  };
  multiply(40);
  const lap = stopwatch();
  multiply(100);
  return lap().threadMs / 100;
}

/** Times of a network's start, and of `count` grants and retrievals in all. */
export async function benchTesting(count: number): Promise<TestingRow> {
  const lap = stopwatch();
  const net = await createTestNetwork();
  const alice = await net.alice();
  const bob = await net.bob();
  const start = lap();
  const plaintext = new TextEncoder().encode('hello');
  const file = await heldFile(alice.encrypt([plaintext], { label: 'bench', name: 'hello.txt' }));
  const card = bob.card();
  const terms = { label: 'bench', files: [file], threshold: 2, shares: 3, until: net.in(86_400) };
  const check = (bytes: Uint8Array | undefined) => {
    if (bytes?.length !== plaintext.length) throw new Error('another plaintext came back');
  };
  lap();
  const links: string[] = [];
  for (let i = 0; i < count; i += 1) links.push((await alice.grant({ ...terms, to: card })).link());
  const grants = lap();
  for (const link of links) {
    // A Bob of its own each time: one Bob keeps what was verified.
    const fresh = await Bob.open({ ...net.options, keyring: net.keyring('bob'), chain: net.account('bob') });
    check(await (await fresh.retrieve({ from: link })).files[0]?.bytes());
  }
  const retrievals = lap();
  const many: string[] = [];
  while (many.length < count) {
    const to = Array.from({ length: Math.min(perCall, count - many.length) }, () => card);
    for (const { grant, error } of await alice.grant({ ...terms, to })) {
      if (error !== undefined) throw error;
      many.push(grant.link());
    }
  }
  const batchedGrants = lap();
  for await (const { file: got, error } of (await net.bob()).retrieveAll({ from: many })) {
    if (error !== undefined) throw error;
    check(await got.bytes());
  }
  const retrieveAll = lap();
  return { count, start, grants, retrievals, batchedGrants, retrieveAll, multiplicationMs: multiplicationMs() };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, count: { type: 'string', default: '100' } } });
  const row = await benchTesting(Number(values.count));
  if (values.json === true) console.log(JSON.stringify(row));
  else {
    const { count, start, multiplicationMs, ...laps } = row;
    const line = (...cells: readonly string[]) =>
      console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(12))).join(''));
    line(`network of five nodes: ${start.ms.toFixed(0)} ms`, 'clock ms', 'thread ms', 'all threads', 'in mults');
    const titles = {
      grants: `${count} grants, 2 of 3`,
      retrievals: `${count} retrievals`,
      batchedGrants: `${count} grants, ${perCall} in a call`,
      retrieveAll: `${count} retrievals in one call`,
    } as const;
    for (const [name, { ms, threadMs, cpuMs }] of Object.entries(laps)) {
      const figures = [ms, threadMs, cpuMs, threadMs / multiplicationMs].map((figure) => figure.toFixed(0));
      line(titles[name as keyof typeof titles], ...figures);
    }
    console.log(`\none multiplication by noble: ${multiplicationMs.toFixed(2)} ms of the thread`);
  }
}
