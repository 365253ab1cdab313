/**
 * Alice, Bob and Enrico for the stories, in the test's own process, and questions to a node that Bob's own code would not ask: one
 * node, one body, twice if need be. Owns: these. Owns not: the network (network.ts). Not a test.
 */
import { randomBytes } from 'node:crypto';
import {
  Alice,
  Bob,
  bytesRange,
  contractsOf,
  Enrico,
  type Grant,
  Keyring,
  openSealedFile,
  type SealedFile,
} from 'dintel';
import type { Deployment } from 'dintel/chain';
import { ethersChain, ethersReader } from 'dintel/chain/ethers';
import {
  encodeBody,
  type ReencryptAnswer,
  type ReencryptBody,
  requestOf,
  signTyped,
  toHex,
  type VerifiedManifest,
  type VerifiedShare,
} from 'dintel/protocol';
import { account } from '../../scripts/demo/network.ts';

/** Where people act. */
interface Place {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

/** Hardhat's public accounts beyond the demo's own: 1 is Alice, 2 to 6 stake. */
export const chainOf = ({ rpcUrl }: Pick<Place, 'rpcUrl'>, index: number) =>
  ethersChain({ rpcUrl, privateKey: account(index).privateKey as `0x${string}` });

export async function makeAlice(place: Place, options: { keyring?: Keyring; depth?: number; index?: number } = {}) {
  const keyring = options.keyring ?? Keyring.random();
  const chain = await chainOf(place, options.index ?? 1);
  const { deployment } = place;
  const alice = await Alice.open({ keyring, chain, deployment, depth: options.depth ?? 0 });
  return { alice, keyring, chain };
}

export async function makeBob(place: Place, keyring = Keyring.random()) {
  const chain = await ethersReader({ rpcUrl: place.rpcUrl });
  return { bob: await Bob.open({ keyring, chain, deployment: place.deployment }), keyring };
}

export const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> =>
  new Uint8Array(await new Response(stream).arrayBuffer());

/** Enrico, who has a public key and nothing else. */
export async function sealFor(
  alice: Alice,
  label: string,
  plaintext: Uint8Array,
  name = 'letter',
): Promise<SealedFile> {
  const enrico = new Enrico(toHex(alice.delegatingKey(label).toBytes()));
  const sealed = enrico.encrypt([plaintext], { name, mediaType: 'text/plain', size: plaintext.length });
  return openSealedFile(bytesRange(await collect(sealed)));
}

/** Three of five, a small file, some seconds of the chain's time from now on. */
export async function grantFor(
  alice: Alice,
  bob: Bob,
  seconds: number,
  onState?: (state: string) => void,
): Promise<{ grant: Grant; file: SealedFile; plaintext: Uint8Array }> {
  const plaintext = randomBytes(10_000);
  const file = await sealFor(alice, 'stories', plaintext);
  const { timestamp } = await alice.network.now();
  const terms = { threshold: 3, shares: 5, until: timestamp + seconds };
  const grant = await alice.grant({
    ...{ to: bob.card(), label: 'stories', files: [file], ...terms },
    onProgress: (event) => {
      if (event.type === 'grant.state') onState?.(event.state);
    },
  });
  return { grant, file, plaintext };
}

/** One signed request of Bob's to one node, with a nonce of its own. */
export function requestFor(
  place: Place,
  reader: Keyring,
  { manifest }: VerifiedManifest,
  share: VerifiedShare,
  capsules: readonly Uint8Array[],
): ReencryptBody {
  const contracts = contractsOf(place.deployment);
  const { policyId } = manifest;
  const issuedAt = Math.floor(Date.now() / 1000);
  const request = requestOf({
    policyId,
    leaf: share.leafHash,
    node: share.node,
    reader: share.parts.reader,
    capsules,
    nonce: toHex(randomBytes(32)),
    issuedAt,
    expiresAt: issuedAt + 120,
  });
  const signature = signTyped('Request', reader.verifying(), contracts, request);
  const { chainId, adjudicator, policyManager, escrow } = contracts;
  const { rate, until, lastStart, epoch } = share.ack;
  const { nonce, expiresAt } = request;
  return {
    domain: { chainId, adjudicator, policyManager, escrow },
    policyId,
    leaf: share.parts,
    proof: share.proof,
    sealedKfrag: share.sealedKfrag,
    ack: { rate, until, lastStart, epoch, signature: share.ackSignature },
    capsules,
    request: { node: share.node, reader: request.reader, nonce, issuedAt, expiresAt, signature },
  };
}

/** What a node said: its status, and the code of a problem. */
export interface Said {
  readonly status: number;
  readonly code: string | undefined;
  /** The number of the block that the answer was judged by, if there is one. */
  readonly head: number | undefined;
  readonly body: Partial<Pick<ReencryptAnswer, 'epoch'>> & Record<string, unknown>;
}

/** Posts JSON and reads JSON: plain HTTP, none of our client. Rejects if there is no answer. */
export async function post(url: string, path: string, body: Uint8Array): Promise<Said> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body as Uint8Array<ArrayBuffer>,
    signal: AbortSignal.timeout(10_000),
  });
  const said = (await answer.json()) as { code?: string; head?: { number: number } } & Record<string, unknown>;
  return { status: answer.status, code: said.code, head: said.head?.number, body: said };
}

export const askRaw = (url: string, body: ReencryptBody): Promise<Said> =>
  post(url, '/v1/reencrypt', encodeBody('reencrypt', body));
