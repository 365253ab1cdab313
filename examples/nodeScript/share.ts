/** A script: encrypt, grant, open, end. `npx node examples/nodeScript/share.ts [FILE]` */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DintelError, heldFile } from 'dintel';
import { type Net, openNetwork } from '../network.ts';

/** Shares the bytes, opens them as Bob, revokes. Returns what Bob read, and why he could not the second time. */
export async function main(net: Net, name: string, bytes: Uint8Array): Promise<{ opened: Uint8Array; ending: string }> {
  const alice = await net.alice();
  const bob = await net.bob();

  const file = await heldFile(alice.encrypt([bytes], { label: 'letters', name, size: bytes.length }));
  const grant = await alice.grant({
    to: bob.card(),
    label: 'letters',
    files: [file],
    threshold: 2,
    shares: 3,
    until: net.in(3_600),
    onProgress: (event) => event.type === 'grant.state' && console.log(`alice: ${event.state}`),
  });
  console.log(`alice: ${grant.link().length} characters of link`);

  const { files } = await bob.retrieve({
    from: grant.link(),
    onProgress: (event) => event.type === 'node.state' && console.log(`bob: ${event.node.slice(0, 8)} ${event.state}`),
  });
  const opened = (await files[0]?.bytes()) ?? new Uint8Array();
  console.log(`bob: ${files[0]?.name}, ${opened.length} bytes`);

  const { refundWei } = await alice.revoke({ policyId: grant.policyId });
  console.log(`alice: revoked, ${refundWei} wei come back`);
  try {
    await (await net.bob()).retrieve({ from: grant.link() });
    return { opened, ending: 'opened' };
  } catch (error) {
    if (!(error instanceof DintelError)) throw error;
    console.log(`bob: ${error.message.split('\n')[0]}`);
    return { opened, ending: error.code };
  }
}

if (import.meta.main) {
  const path = process.argv[2] ?? import.meta.filename;
  await main(await openNetwork(), basename(path), await readFile(path));
}
