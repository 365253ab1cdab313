/** Answers checked at the other end of a port: the same verdicts, byte for byte. */
import { afterAll, expect, it } from 'vitest';
import { type MessageEnd, serveVerifier, verifyAnswers, workerVerifier } from '../../lib/characters/bob/verifier.ts';
import { encrypt, generateKFrags, reencrypt, SecretKey, Signer } from '../../lib/umbral/index.ts';

const [alice, bob, signing] = [SecretKey.random(), SecretKey.random(), SecretKey.random()];
const { capsule } = encrypt(alice.publicKey, new Uint8Array([1]));
const [kfrag] = generateKFrags({
  delegatingSecretKey: alice,
  receivingKey: bob.publicKey,
  signer: new Signer(signing),
  threshold: 1,
  shares: 1,
});
const good = reencrypt(capsule, kfrag!).toBytesSimple();
const keys = {
  verifyingKey: signing.publicKey.toBytes(),
  delegatingKey: alice.publicKey.toBytes(),
  receivingKey: bob.publicKey.toBytes(),
};
const job = (...cfrags: Uint8Array[]) => ({ ...keys, capsules: cfrags.map(() => capsule.toBytesSimple()), cfrags });
const bent = (at: number, by = 1) => good.map((byte, i) => (i === at ? byte ^ by : byte));
const other = reencrypt(encrypt(alice.publicKey, new Uint8Array([2])).capsule, kfrag!).toBytesSimple();

const { port1, port2 } = new MessageChannel();
afterAll(() => port1.close());
const listening = (port: MessagePort): MessageEnd => {
  port.start();
  return port as unknown as MessageEnd;
};
serveVerifier(listening(port2));
const verifier = workerVerifier(listening(port1));

it('says of each what is wrong, here and there alike', async () => {
  const asked = job(good, bent(300), other, bent(0, 4), new Uint8Array(3), good);
  const verdicts = verifyAnswers(asked);
  expect(verdicts).toEqual([undefined, 'cfrag.kfrag_signature', 'cfrag.reencryption', 'parse', 'parse', undefined]);
  expect(await verifier.verify(asked)).toEqual(verdicts);
  expect(await Promise.all([verifier.verify(job(good)), verifier.verify(job(other))])).toEqual([
    [undefined],
    ['cfrag.reencryption'],
  ]);
});

it('a job that cannot be done is an error, and one that is called off ends', async () => {
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(await failure(verifier.verify({ ...job(good), receivingKey: new Uint8Array(33) }))).toMatchObject({
    code: 'E_INTERNAL',
  });
  expect(await failure(verifier.verify(job(good), AbortSignal.abort()))).toMatchObject({ code: 'ABORTED' });
  const stop = new AbortController();
  const going = failure(verifier.verify(job(good), stop.signal));
  stop.abort();
  expect(await going).toMatchObject({ code: 'ABORTED' });
});
