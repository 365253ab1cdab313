/** Enrico's part for what fits in memory: bytes under a name, sealed for a label's public key (33 bytes as hex). */
import { Enrico } from 'dintel';

export async function sealBytes(key: string, name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Enrico(key).encrypt([bytes], { name, size: bytes.length });
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
