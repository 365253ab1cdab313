/**
 * Writes nonces and folds until it is killed, and says on stdout what it was told to be durable, one line each.
 * Run by kill.test.ts; not a test itself.
 */
import { writeSync } from 'node:fs';
import { Store } from '../../../node/store/store.ts';
import { account, created, madeBlock, madeLog, network, word } from './network.ts';

const [folder, seed] = [process.argv[2] as string, Number(process.argv[3])];
const store = await Store.open({ folder, network, minStake: 1n, window: 32 });
writeSync(1, 'open\n');

let nonce = seed * 1_000_000;
async function writeNonces(): Promise<void> {
  for (;;) {
    const batch = Array.from({ length: 8 }, () => nonce++);
    await Promise.all(
      batch.map(async (value) => {
        if (await store.nonces.insert(account(1), word(value), 4e9)) writeSync(1, `nonce ${value}\n`);
      }),
    );
  }
}

/** Goes on from the cursor; every 7th step loses 3 blocks to another branch. */
async function fold(): Promise<void> {
  for (let step = 1; ; step++) {
    const cursor = store.index.cursor();
    const number = Number(cursor?.number ?? 0n) + 1;
    if (step % 7 === 0 && number > 5) {
      const ancestor = store.index.recentBlocks()[3];
      if (ancestor !== undefined) store.index.apply({ type: 'reorg', ancestor });
    } else {
      const made = madeBlock(number, seed * 1_000 + step);
      const block = { ...made, parentHash: cursor?.hash ?? word(0) };
      const logs = [
        madeLog(block, 0, 'PolicyCreated', created(number)),
        madeLog(block, 1, 'PolicyRevoked', { id: word(number - 1), end: 1n, refund: 0n }),
      ];
      const times = new Map([[block.number, block.timestamp]]);
      store.index.apply({ type: 'block', from: block.number, block, logs, times });
      writeSync(1, `block ${number} ${block.hash}\n`);
    }
    await new Promise(setImmediate);
  }
}

await Promise.all([writeNonces(), fold()]);
