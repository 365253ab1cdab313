import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealRequest } from '../../../lib/characters/ursula/index.ts';
import { decodeAnswer, decodeProblem, encodeBody, routes } from '../../../lib/protocol/index.ts';
import { SecretKey } from '../../../lib/umbral/index.ts';
import { ask, type Reply, type Served, serve } from './harness.ts';

describe('T-R11 sealed requests', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  });
  afterAll(() => served.stop());

  const send = (octets: Uint8Array): Promise<Reply> =>
    ask(`${served.server.url}/v1/sealed`, {
      method: 'POST',
      body: octets as BodyInit,
      headers: { 'content-type': 'application/octet-stream' },
    });
  const sealed = async (path: string, body: Uint8Array) => {
    const encryptingKey = served.world.encryptingSecrets.get(1)!.publicKey;
    const sent = sealRequest({ encryptingKey, keyNumber: 1, path, body });
    const reply = await send(sent.octets);
    expect(reply.status).toBe(200);
    return { ...sent.open(reply.bytes), reply, octets: sent.octets };
  };

  it('serves any JSON route, and hides question and answer', async () => {
    const body = encodeBody('reencrypt', served.world.request());
    const { status, body: answer, reply, octets } = await sealed(routes.reencrypt.path, body);
    expect(status).toBe(200);
    expect(decodeAnswer('reencrypt', answer).results).toHaveLength(1);
    const hidden = [reply.text, new TextDecoder('latin1').decode(octets)].join();
    expect(hidden).not.toContain('results');
    expect(hidden).not.toContain(served.world.policyId);
    const info = await sealed('/v1/info', new Uint8Array());
    expect(decodeAnswer('info', info.body).node).toBe(served.world.node);
  });

  it('seals refusals too', async () => {
    const refusal = async (path: string, body: Uint8Array): Promise<string> => {
      const answer = await sealed(path, body);
      return decodeProblem(answer.body, answer.status).code;
    };
    expect(await refusal('/v1/reencrypt', new TextEncoder().encode('{'))).toBe('E_JSON');
    expect(await refusal('/v1/nothing', new Uint8Array())).toBe('E_ROUTE');
    expect(await refusal('/v1/sealed', new Uint8Array(10))).toBe('E_ROUTE');
    expect(await refusal('/', new Uint8Array())).toBe('E_ROUTE');
    expect(await refusal('/v1/acks', new Uint8Array())).toBe('E_METHOD');
  });

  it('tells in the open only what concerns the envelope', async () => {
    const encryptingKey = served.world.encryptingSecrets.get(1)!.publicKey;
    const seal = (keyNumber: number, key = encryptingKey) =>
      sealRequest({ encryptingKey: key, keyNumber, path: '/v1/info', body: new Uint8Array() }).octets;
    expect((await send(seal(0))).json).toMatchObject({ code: 'E_KEY_NUMBER', status: 410 });
    expect((await send(seal(1, SecretKey.random().publicKey))).json).toMatchObject({ code: 'E_SEAL', status: 400 });
    expect((await send(new Uint8Array(3))).json).toMatchObject({ code: 'E_SEAL' });
    expect((await send(new Uint8Array(70_000))).json).toMatchObject({ code: 'E_TOO_LARGE' });
    const octets = seal(1);
    octets[octets.length - 1]! ^= 1;
    expect((await send(octets)).json).toMatchObject({ code: 'E_SEAL' });
  });

  it('an answer opens for nobody else', async () => {
    const encryptingKey = served.world.encryptingSecrets.get(1)!.publicKey;
    const one = sealRequest({ encryptingKey, keyNumber: 1, path: '/v1/info', body: new Uint8Array() });
    const two = sealRequest({ encryptingKey, keyNumber: 1, path: '/v1/info', body: new Uint8Array() });
    const reply = await send(one.octets);
    expect(() => two.open(reply.bytes)).toThrow();
    expect(one.open(reply.bytes).status).toBe(200);
  });
});
