/**
 * Vladimir: a node that lies, as a process of its own. Behind him runs the node's own code, with his operator key; in front of it he
 * changes the answers of `/v1/reencrypt` and signs what he made of them, so every lie is over a valid receipt.
 *
 *   node scripts/demo/vladimir.ts HOME PASSWORD_FILE
 *
 * The file `guise` in his home names his lie, one of scripts/vectors/cheats.ts, read anew for every request; `slow` lets the truth
 * wait; none = honest. Everything else passes through. For the demo and for tests; the product has nothing of the kind.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contractsOf } from 'dintel';
import {
  decodeAnswer,
  decodeBody,
  encodeAnswer,
  fromHex,
  leafOf,
  openSealedKfrag,
  type ReencryptAnswer,
  type ReencryptBody,
  receiptOf,
  requestDigest,
  requestOf,
  sealedKfragKeyNumber,
  typedDigest,
} from 'dintel/protocol';
import { encrypt, PublicKey, Scalar, SecretKey } from 'dintel/umbral';
import { readConfig, requireField } from '../../node/config/configFile.ts';
import { NodeKeystore } from '../../node/keystore/nodeKeystore.ts';
import { startUrsula } from '../../node/ursula.ts';
import { cheatsOf, forge, type HonestAnswer } from '../vectors/cheats.ts';

const [home, passwordFile] = process.argv.slice(2) as [string, string];
const config = await readConfig(home, 'ursula');
const keystore = await NodeKeystore.open(join(home, 'keystore.json'), readFileSync(passwordFile, 'utf8').trim());
const deployment = requireField(config, 'deployment', '');
const contracts = contractsOf(deployment);
const inner = await startUrsula({
  home: join(home, 'data'),
  deployment,
  node: requireField(config, 'node', ''),
  keystore,
  rpcUrls: requireField(config, 'rpc', ''),
  port: 0,
  depth: config.depth ?? 0,
});

/** How long the truth waits in the guise `slow`: longer than Bob likes to wait for one node. */
const slowMs = 5_000;

const guise = (): string | undefined => {
  const file = join(home, 'guise');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

/** A false cfrag in place of each true one, each under his signature. */
function lie(name: string, body: ReencryptBody, answer: ReencryptAnswer): ReencryptAnswer {
  const { policyId, leaf, capsules } = body;
  const { hash, parts } = { hash: leafOf(leaf).hash, parts: leaf };
  const request = requestDigest(contracts, requestOf({ ...body.request, policyId, leaf: hash, capsules }));
  const secret = keystore.encryptingSecret(sealedKfragKeyNumber(body.sealedKfrag)) as Uint8Array;
  const place = { policyId, index: parts.index, node: body.request.node };
  const kfrag = openSealedKfrag(SecretKey.fromBytes(secret), place, body.sealedKfrag);
  const results = answer.results.map(({ cfrag: honest }, i) => {
    const capsule = capsules[i] as Uint8Array;
    const cfrag = falseCfrag(name, { capsule, otherCapsule: otherCapsule(leaf.keys[0]), cfrag: honest, kfrag });
    const receipt = receiptOf({ policyId, leaf: hash, epoch: answer.epoch, request, capsule, cfrag });
    return { cfrag, signature: keystore.signDigest(fromHex(typedDigest('Receipt', contracts, receipt))) };
  });
  return { ...answer, results };
}

function falseCfrag(name: string, honest: HonestAnswer): Uint8Array {
  if (name === 'the cfrag of another capsule') {
    return forge({ ...honest, capsule: honest.otherCapsule }, Scalar.fromBytes(honest.kfrag.subarray(73, 105)));
  }
  const cheat = cheatsOf(honest).find((one) => one.name === name);
  if (cheat === undefined) throw new Error(`Vladimir knows no guise "${name}"`);
  return cheat.cfrag;
}

/** A good capsule for the same label, only not the one that Bob asked about. */
const otherCapsule = (delegatingKey: Uint8Array): Uint8Array =>
  encrypt(PublicKey.fromBytes(delegatingKey), new Uint8Array(32)).capsule.toBytesSimple();

const bodyOf = async (message: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
};

async function pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
  const asked = await bodyOf(from);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, headers, url = '/' } = from;
    httpRequest(inner.url + url, { method, headers }, resolve)
      .on('error', reject)
      .end(asked);
  });
  const said = await bodyOf(answer);
  const name = from.url === '/v1/reencrypt' && answer.statusCode === 200 ? guise() : undefined;
  if (name === 'slow') await sleep(slowMs);
  const told =
    name !== undefined && name !== 'slow'
      ? Buffer.from(
          encodeAnswer('reencrypt', lie(name, decodeBody('reencrypt', asked), decodeAnswer('reencrypt', said))),
        )
      : said;
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  const length = from.method === 'HEAD' ? {} : { 'content-length': String(told.length) };
  to.writeHead(answer.statusCode ?? 500, { ...headers, ...length });
  to.end(told);
  if (told !== said) process.stderr.write(`vladimir: told a lie: ${name}\n`);
}

const server = createServer((from, to) => {
  pass(from, to).catch((error: unknown) => {
    process.stderr.write(`vladimir: ${error instanceof Error ? error.stack : String(error)}\n`);
    to.destroy();
  });
});
server.listen(requireField(config, 'port', ''), config.host ?? '127.0.0.1');

const stop = async () => {
  server.closeAllConnections();
  server.close();
  await inner.stop();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
