/**
 * The hostile inputs R01 to R52 of research/reliability.md section 3 against a real server over real HTTP: one fault per row,
 * the status and code it must give, and a good request that is still served afterwards.
 *
 * Mapping where this design differs from the table's (DESIGN, "Where sources differ"): R40 pays by rate and Ack; R43 and R41
 * also stand for conditions (test/ursula); R45 is 403 E_KFRAG, since nodes hold no kfrags; R46 to R48 concern `/v1/acks`: other
 * bytes than the leaf names are E_LEAF, a leaf of another node is E_AUDIENCE (before a policy is paid nobody owns it), an
 * unbonded node is E_NOT_BONDED; bodies carry hex, so R30 has no base64.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBody, type ReencryptBody, wireCodes } from '../../../lib/protocol/index.ts';
import { SecretKey } from '../../../lib/umbral/index.ts';
import { type Cohort, makeCohort, randomWord, t0, type World, type WorldOptions } from '../../ursula/world.ts';
import { ask, call, post, type Reply, raw, type Served, serve } from './harness.ts';

let cohort: Cohort;
let served: Served;
const seen: Reply[] = [];

beforeAll(async () => {
  cohort = makeCohort();
  served = await serve({ cohort, world: { ursula: { perReader: { burst: 10_000, perSecond: 10_000 } } } });
});
afterAll(() => served.stop());

const reencryptUrl = (): string => `${served.server.url}/v1/reencrypt`;
const goodText = (): string => new TextDecoder().decode(encodeBody('reencrypt', served.world.request()));
const goodJson = (): Record<string, unknown> => JSON.parse(goodText());
const postJson = (value: unknown): Promise<Reply> => post(reencryptUrl(), JSON.stringify(value));

/** The reply is a problem of this code, whole and within bounds. */
function expectProblem(reply: Reply, code: keyof typeof wireCodes, field?: string): void {
  seen.push(reply);
  expect(reply.json, reply.text).toMatchObject({
    code,
    status: wireCodes[code].status,
    type: `urn:dintel:error:${code}`,
  });
  expect(reply.status).toBe(wireCodes[code].status);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.json?.requestId).toBe(reply.headers.get('x-request-id'));
  expect(String(reply.json?.detail).length).toBeLessThanOrEqual(200);
  if (field !== undefined) expect(reply.json?.field).toBe(field);
  if ([425, 429, 503].includes(reply.status)) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
}

/** A bare answer's status line and code. */
function expectRaw(text: string, status: number, code?: string): void {
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  if (code !== undefined) expect(text).toContain(`"code":"${code}"`);
}

async function expectServes(): Promise<void> {
  expect((await call(served, 'reencrypt', served.world.request())).status).toBe(200);
}

/** A server of its own for a row that needs another state. */
async function withServed<T>(
  options: { world?: WorldOptions; server?: Parameters<typeof serve>[0] extends infer O ? Partial<O> : never },
  work: (own: Served) => Promise<T>,
): Promise<T> {
  const own = await serve({
    cohort,
    ...(options.world === undefined ? {} : { world: options.world }),
    ...options.server,
  });
  try {
    return await work(own);
  } finally {
    await own.stop();
  }
}

describe('R01-R04, R25-R27: addresses and headers', () => {
  it('R01 unknown route', async () => {
    expectProblem(await ask(`${served.server.url}/v1/nothing`), 'E_ROUTE');
    expectProblem(await ask(`${served.server.url}/v1/chunks`), 'E_ROUTE');
    await expectServes();
  });

  it('R02 wrong method names those allowed', async () => {
    for (const [path, allow] of [
      ['/v1/reencrypt', 'POST'],
      ['/v1/acks', 'POST'],
      ['/v1/sealed', 'POST'],
    ]) {
      const reply = await ask(served.server.url + path);
      expectProblem(reply, 'E_METHOD');
      expect(reply.headers.get('allow')).toBe(allow);
    }
    const chunk = await ask(`${served.server.url}/v1/chunks/${'0'.repeat(64)}`, { method: 'DELETE' });
    expectProblem(chunk, 'E_METHOD');
    expect(chunk.headers.get('allow')).toBe('PUT, GET, HEAD');
    expectRaw(
      (await raw(served.server.port, 'PROPFIND /v1/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).text,
      405,
    );
  });

  it.each(['', 'text/plain', 'application/jsonp', 'application/json; charset=latin1', 'application/json; boundary=x'])(
    'R03 content type %j',
    async (type) => {
      const reply = await ask(reencryptUrl(), {
        method: 'POST',
        body: new TextEncoder().encode(goodText()),
        ...(type === '' ? {} : { headers: { 'content-type': type } }),
      });
      expectProblem(reply, 'E_MEDIA_TYPE');
    },
  );

  it('R04 nothing acceptable', async () => {
    for (const accept of ['image/png', 'application/json;q=0', 'text/html']) {
      expectProblem(await ask(`${served.server.url}/v1/info`, { headers: { accept } }), 'E_ACCEPT');
    }
    for (const accept of ['*/*', 'application/*', 'text/html, application/json;q=0.1']) {
      expect((await ask(`${served.server.url}/v1/info`, { headers: { accept } })).status).toBe(200);
    }
  });

  it.each([
    ['R25 NUL', '/v1/%00'],
    ['R25 encoded dots', '/v1/%2e%2e/info'],
    ['R25 bad escape', '/v1/%zz'],
    ['R25 query', '/v1/info?x=1'],
    ['R25 8 KiB', `/v1/${'a'.repeat(8_000)}`],
    ['R25 backslash', '/v1\\info'],
    ['R25 absolute form of another host', 'http://evil.example/v1/info'],
  ])('%s', async (_, path) => {
    const { text } = await raw(served.server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expectRaw(text, 400, 'E_URL');
    expect(text).not.toContain('evil.example');
  });

  it('R25 unclean paths that are no escapes are simply not there', async () => {
    for (const path of ['/v1/../v1/info', '//v1/info', '/V1/info', '/v1/info/']) {
      const { text } = await raw(served.server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expectRaw(text, 404, 'E_ROUTE');
    }
  });

  it('R26 a foreign Host is ignored and never reflected', async () => {
    const { text } = await raw(
      served.server.port,
      'GET /v1/info HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n',
    );
    expectRaw(text, 200);
    expect(text).not.toContain('evil.example');
  });

  it('R27 CORS for all origins by default, with a list for those on it, never with credentials', async () => {
    const open = await ask(`${served.server.url}/v1/info`, { headers: { origin: 'https://a.example' } });
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
    await withServed({ server: { server: { cors: ['https://app.example'] } } }, async (own) => {
      const asked = (origin: string) => ask(`${own.server.url}/v1/info`, { headers: { origin } });
      expect((await asked('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
      const good = await asked('https://app.example');
      expect(good.headers.get('access-control-allow-origin')).toBe('https://app.example');
      expect(good.headers.get('vary')).toBe('Origin');
      expect(good.headers.get('access-control-allow-credentials')).toBeNull();
    });
    const preflight = await raw(
      served.server.port,
      'OPTIONS /v1/reencrypt HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n',
    );
    expectRaw(preflight.text, 204);
    expect(preflight.text.toLowerCase()).toContain('access-control-allow-headers: content-type');
  });
});

describe('R05-R14, R18, R28-R30: bodies', () => {
  it.each([
    ['not JSON', 'hello'],
    ['empty', ''],
    ['cut', '{"domain":{"chainId":1'],
    ['BOM', '\ufeff{}'],
    ['NUL', '{"a":"\u0000"}'],
    ['trailing', '{} {}'],
    ['single quotes', "{'a':1}"],
    ['comment', '{/*x*/}'],
    ['lone surrogate', '{"a":"\\ud800"}'],
  ])('R05 %s', async (_, text) => {
    expectProblem(await post(reencryptUrl(), text), 'E_JSON');
  });

  it.each(['[]', '"text"', 'null', '5', 'true'])('R06 %s at top', async (text) => {
    expectProblem(await post(reencryptUrl(), text), 'E_SCHEMA');
  });

  it('R07 each required field missing, by name', async () => {
    const paths = [
      ...['domain', 'policyId', 'leaf', 'proof', 'sealedKfrag', 'capsules', 'request'],
      ...['chainId', 'adjudicator', 'policyManager', 'escrow'].map((name) => `domain.${name}`),
      ...['index', 'node', 'fragment', 'sealedKfragHash', 'keys', 'reader', 'byteBudget', 'conditions'].map(
        (name) => `leaf.${name}`,
      ),
      ...['node', 'reader', 'nonce', 'issuedAt', 'expiresAt'].map((name) => `request.${name}`),
    ];
    for (const path of paths) {
      const body = goodJson();
      const [parent, child] = path.split('.');
      if (child === undefined) delete body[path];
      else delete (body[parent!] as Record<string, unknown>)[child];
      expectProblem(await postJson(body), 'E_FIELD', path);
    }
    await expectServes();
  });

  it('R08 an extra field', async () => {
    expectProblem(await postJson({ ...goodJson(), extra: 1 }), 'E_FIELD_UNKNOWN', 'extra');
    const body = goodJson();
    (body.leaf as Record<string, unknown>).extra = null;
    expectProblem(await postJson(body), 'E_FIELD_UNKNOWN', 'leaf.extra');
  });

  it('R09 number for string and back', async () => {
    const wrong: readonly [string, string, unknown][] = [
      ['', 'policyId', 5],
      ['', 'sealedKfrag', 5],
      ['', 'capsules', 'x'],
      ['leaf', 'index', '1'],
      ['leaf', 'node', 7],
      ['domain', 'chainId', '31337'],
      ['request', 'issuedAt', '1800000000'],
      ['request', 'nonce', true],
    ];
    for (const [parent, name, value] of wrong) {
      const body = goodJson();
      const holder = parent === '' ? body : (body[parent] as Record<string, unknown>);
      holder[name] = value;
      const reply = await postJson(body);
      expectProblem(reply, 'E_FIELD', parent === '' ? name : `${parent}.${name}`);
    }
  });

  it('R10 duplicate key', async () => {
    expectProblem(await post(reencryptUrl(), goodText().replace('{', '{"policyId":"0x00",')), 'E_JSON_DUPLICATE');
  });

  it.each(['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{}}}', '{"leaf":{"__proto__":1}}'])(
    'R11 %s',
    async (text) => {
      expectProblem(await post(reencryptUrl(), text), 'E_JSON');
    },
  );

  it.each(['1e400', '-0', '-1', '9007199254740993', '1.5', '1e3', '18446744073709551616'])('R12 %s', async (number) => {
    const text = goodText().replace(/"issuedAt":[0-9]+/, `"issuedAt":${number}`);
    expectProblem(await post(reencryptUrl(), text), 'E_NUMBER', 'request.issuedAt');
  });

  it('R13 invalid UTF-8', async () => {
    const bytes = new TextEncoder().encode('{"a":"xx"}');
    for (const bad of [0xff, 0xc0, 0x80, 0xed]) {
      bytes[6] = bad;
      expectProblem(await post(reencryptUrl(), bytes), 'E_UTF8');
    }
  });

  it('R14 64 KiB + 1, the limit shown', async () => {
    const reply = await post(reencryptUrl(), ' '.repeat(65_537));
    expectProblem(reply, 'E_TOO_LARGE');
    expect(reply.json?.detail).toContain('65536');
    expectProblem(await post(reencryptUrl(), ' '.repeat(65_536)), 'E_JSON');
  });

  it('R18 30,000 nested arrays', async () => {
    expectProblem(await post(reencryptUrl(), '['.repeat(30_000) + ']'.repeat(30_000)), 'E_DEPTH');
    expectProblem(await post(reencryptUrl(), `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`), 'E_DEPTH');
    await expectServes();
  });

  it('R28 51 capsules, R29 none', async () => {
    const body = goodJson();
    const [capsule] = body.capsules as string[];
    expectProblem(
      await postJson({ ...body, capsules: Array.from({ length: 51 }, () => capsule) }),
      'E_COUNT',
      'capsules',
    );
    expectProblem(await postJson({ ...body, capsules: [] }), 'E_COUNT', 'capsules');
    const seven = Array.from({ length: 7 }, () => randomWord());
    expectProblem(await postJson({ ...body, proof: seven }), 'E_COUNT', 'proof');
  });

  it('R28 counts come before bytes: 51 capsules of which none is hex', async () => {
    const body = { ...goodJson(), capsules: Array.from({ length: 51 }, () => 'zz'), policyId: 'zz' };
    expectProblem(await postJson(body), 'E_COUNT', 'capsules');
  });

  it.each(['0x', 'zz', '0xZZ', `0X${'00'.repeat(98)}`, `0x${'00'.repeat(97)}`, `0x${'0A'.repeat(98)}`, 'AAAA'])(
    'R30 capsule %s',
    async (capsule) => {
      const body = goodJson();
      const [good] = body.capsules as string[];
      expectProblem(await postJson({ ...body, capsules: [good, capsule] }), 'E_FIELD', 'capsules[1]');
    },
  );
});

describe('R15-R17, R19-R24: the wire', () => {
  const head = (extra: string): string =>
    `POST /v1/reencrypt HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${extra}\r\n\r\n`;

  it('R15 a chunked stream without end: 413, and the socket is closed', async () => {
    const piece = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const { text, closed } = await raw(
      served.server.port,
      head('Transfer-Encoding: chunked') + piece.repeat(64),
      4_000,
    );
    expectRaw(text, 413, 'E_TOO_LARGE');
    expect(closed).toBe(true);
    await expectServes();
  });

  it('R16 Content-Length too small: the rest is no request', async () => {
    const { text, closed } = await raw(
      served.server.port,
      `${head('Content-Length: 2')}{}garbage that follows\r\n\r\n`,
    );
    // The garbage may be seen while the first answer is being made: then nothing is written into it.
    expect(text).not.toContain(' 200 ');
    expect(closed).toBe(true);
  });

  it('R16 two different Content-Length', async () => {
    const { text, closed } = await raw(served.server.port, `${head('Content-Length: 2\r\nContent-Length: 3')}{}`);
    expectRaw(text, 400);
    expect(closed).toBe(true);
  });

  it('R17 Content-Length and Transfer-Encoding together', async () => {
    const { text, closed } = await raw(
      served.server.port,
      `${head('Content-Length: 5\r\nTransfer-Encoding: chunked')}0\r\n\r\n`,
    );
    expectRaw(text, 400, 'E_LENGTH');
    expect(closed).toBe(true);
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, identity'])('R19 content encoding %s', async (encoding) => {
    const reply = await ask(reencryptUrl(), {
      method: 'POST',
      body: gzipSync(goodText()),
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    });
    expectProblem(reply, 'E_ENCODING');
  });

  it('R20 9 KiB of headers, 101 headers, 20 KiB of headers', async () => {
    const get = (extra: string) =>
      raw(served.server.port, `GET /v1/info HTTP/1.1\r\nHost: x\r\n${extra}Connection: close\r\n\r\n`);
    expectRaw((await get(`X-A: ${'a'.repeat(9_000)}\r\n`)).text, 431, 'E_HEADERS');
    expectRaw((await get(Array.from({ length: 101 }, (_, i) => `x-${i}: 1\r\n`).join(''))).text, 431, 'E_HEADERS');
    expectRaw((await get(`X-A: ${'a'.repeat(20_000)}\r\n`)).text, 431, 'E_HEADERS');
    expectRaw((await get(Array.from({ length: 90 }, (_, i) => `x-${i}: 1\r\n`).join(''))).text, 200);
  });

  it('R21 slow headers and R22 slow body: 408 within 6 s; R16 Content-Length too large', {
    timeout: 20_000,
  }, async () => {
    const [silent, headers, body, long] = await Promise.all([
      raw(served.server.port, '', 8_000),
      raw(served.server.port, 'GET /v1/info HTTP/1.1\r\nHost: x\r\n', 8_000),
      raw(served.server.port, `${head('Content-Length: 100')}{`, 8_000),
      raw(served.server.port, `${head('Content-Length: 60000')}{}`, 8_000),
    ]);
    for (const { closed, ms } of [silent, headers, body, long]) {
      expect(closed).toBe(true);
      expect(ms).toBeLessThan(6_000);
    }
    expectRaw(headers.text, 408, 'E_TIMEOUT');
    expectRaw(body.text, 408, 'E_TIMEOUT');
    expectRaw(long.text, 408, 'E_TIMEOUT');
    await expectServes();
  });

  it('T-R07 200 slow sockets are all cut, and good requests go through meanwhile', { timeout: 30_000 }, async () => {
    const slow = Array.from({ length: 200 }, (_, i) =>
      raw(served.server.port, i % 2 === 0 ? 'GET / HTTP/1.1\r\nX: ' : `${head('Content-Length: 9')}{`, 12_000),
    );
    await expectServes();
    for (const { closed, ms } of await Promise.all(slow)) {
      expect(closed).toBe(true);
      expect(ms).toBeLessThan(10_000);
    }
    await expectServes();
  });

  it.each([
    ['noise', '\x00\x01\x02\x03\r\n\r\n'],
    ['TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/0.9', 'GET /\r\n\r\n'],
    ['HTTP/3.0', 'GET / HTTP/3.0\r\n\r\n'],
    ['bad header', 'GET / HTTP/1.1\r\nno colon\r\n\r\n'],
    ['bad chunk size', `${head('Transfer-Encoding: chunked')}zz\r\n`],
  ])('R23 %s', async (_, bytes) => {
    const { text, closed } = await raw(served.server.port, Buffer.from(bytes, 'latin1'));
    expect(text === '' || /^HTTP\/1\.1 400 /.test(text)).toBe(true);
    expect(closed).toBe(true);
  });

  it('R24 1,000 pipelined requests: at most the cap, then closed', { timeout: 20_000 }, async () => {
    const { text, closed } = await raw(
      served.server.port,
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000),
      15_000,
    );
    expect(closed).toBe(true);
    expect(text.match(/HTTP\/1\.1 200 /g)?.length).toBeLessThanOrEqual(500);
    await expectServes();
  });
});

describe('R31-R48, R50, R51: requests', () => {
  const refused = async (body: ReencryptBody, code: keyof typeof wireCodes, own: Served = served): Promise<Reply> => {
    const reply = await call(own, 'reencrypt', body);
    expectProblem(reply, code);
    return reply;
  };

  it('R31 a capsule that fails its equation, by index', async () => {
    const { world } = served;
    const bad = world.capsule.toBytesSimple();
    bad[97] = bad[97]! ^ 1;
    const capsules = [world.capsule.toBytesSimple(), bad];
    const reply = await refused(world.request({ capsules }, { capsules }), 'E_CAPSULE_INVALID');
    expect(reply.json).toMatchObject({ field: 'capsules[1]', data: { index: 1 } });
  });

  it('R32 unsigned, R33 signed by another', async () => {
    const { world } = served;
    const good = world.request();
    const unsigned = JSON.parse(new TextDecoder().decode(encodeBody('reencrypt', good)));
    unsigned.request.signature = `0x${'00'.repeat(65)}`;
    expectProblem(await postJson(unsigned), 'E_SIGNATURE');
    delete unsigned.request.signature;
    // Without the member the body has the wrong shape, which comes before who signed it.
    expectProblem(await postJson(unsigned), 'E_FIELD', 'request.signature');
    await refused(world.request({ signer: SecretKey.random() }), 'E_SIGNATURE');
  });

  it('R34 for another node, R35 for another chain or contract', async () => {
    const { world } = served;
    const good = world.request();
    await refused(world.request({ node: world.all[0]!.leaf.node }), 'E_AUDIENCE');
    await refused({ ...good, domain: { ...good.domain, chainId: 1 } }, 'E_DOMAIN');
    await refused({ ...good, domain: { ...good.domain, policyManager: good.domain.escrow } }, 'E_DOMAIN');
  });

  it('R36 expired, and from the future', async () => {
    const { world } = served;
    await refused(world.request({ issuedAt: t0 - 151, expiresAt: t0 - 31 }), 'E_CLOCK');
    const reply = await refused(world.request({ issuedAt: t0 + 31, expiresAt: t0 + 60 }), 'E_CLOCK');
    expect(reply.headers.get('date')).not.toBeNull();
  });

  it('R37 nonce reused, R38 nonce of the wrong size', async () => {
    const body = served.world.request();
    expect((await call(served, 'reencrypt', body)).status).toBe(200);
    await refused(body, 'E_REPLAY');
    const json = goodJson();
    (json.request as Record<string, unknown>).nonce = '0x00';
    expectProblem(await postJson(json), 'E_FIELD', 'request.nonce');
  });

  const states: readonly [string, keyof typeof wireCodes, (world: World) => void, WorldOptions?][] = [
    ['R39 policy unknown', 'E_POLICY', (world) => world.view.policies.clear()],
    ['R40 policy underpaid', 'E_PAYMENT', (world) => set(world, { rate: 1n })],
    ['R41 policy expired', 'E_EXPIRED', (world) => set(world, { expiresAt: t0 })],
    ['R42 policy revoked', 'E_REVOKED', (world) => set(world, { revokedAt: t0 })],
    ['R43 not confirmed yet', 'E_PENDING', (world) => set(world, { confirmations: 1 }), { depth: 3 }],
    ['R51 chain view stale', 'E_CHAIN_STALE', (world) => world.setHead(t0 - 300)],
  ];
  const set = (world: World, change: object): void => {
    world.view.policies.set(world.policyId, { ...world.policy, ...change });
  };

  it.each(states)('%s: %s', async (_, code, change, options) => {
    await withServed({ world: options ?? {} }, async (own) => {
      change(own.world);
      const reply = await refused(own.world.request(), code, own);
      if (code === 'E_EXPIRED') expect(reply.json).toMatchObject({ data: { expiresAt: t0 } });
      if (code === 'E_PENDING') expect(reply.json).toMatchObject({ data: { blocksLeft: 2 } });
      if (code === 'E_CHAIN_STALE') {
        expect(reply.json).toMatchObject({ data: { ageS: 300 } });
        expectProblem(await ask(`${own.server.url}/readyz`), 'E_CHAIN_STALE');
        expect((await ask(`${own.server.url}/healthz`)).status).toBe(200);
      }
      expect(own.world.used).toEqual({ seal: 0, kfrag: 0, operator: 0 });
    });
  });

  it('R44 not the recipient', async () => {
    const stranger = SecretKey.random();
    const { world } = served;
    await refused(world.request({ reader: world.domain.escrow, signer: stranger }), 'E_RECIPIENT');
  });

  it('R45 another sealed kfrag than the leaf names', async () => {
    await refused(served.world.request({}, { sealedKfrag: served.world.all[0]!.sealedKfrag }), 'E_KFRAG');
  });

  it('R46 R47 R48 acks', async () => {
    const { world } = served;
    const other = { ...world.ackBody(), sealedKfrag: world.all[0]!.sealedKfrag };
    expectProblem(await call(served, 'acks', other), 'E_LEAF');
    expectProblem(await call(served, 'acks', { ...world.ackBody(), leaf: world.all[0]!.leaf }), 'E_AUDIENCE');
    await withServed({}, async (own) => {
      own.world.view.miners.set(own.world.node, { ...own.world.miner, bonded: false });
      expectProblem(await call(own, 'acks', own.world.ackBody()), 'E_NOT_BONDED');
    });
    expect((await call(served, 'acks', world.ackBody())).status).toBe(200);
  });

  it('R50 the queue is full', async () => {
    await withServed({ world: { work: () => ({ reserve: () => undefined, retryAfterS: () => 9 }) } }, async (own) => {
      const reply = await refused(own.world.request(), 'E_BUSY', own);
      expect(reply.headers.get('retry-after')).toBe('9');
    });
  });
});

describe('R49, R52: room', () => {
  it('R49 the bucket of an address is empty; health still answers', async () => {
    const limits = { perAddress: { burst: 3, perSecond: 1 }, total: { burst: 100, perSecond: 1 }, connections: 100 };
    await withServed({ server: { server: { limits } } }, async (own) => {
      const statuses = [];
      for (let i = 0; i < 4; i += 1) {
        const reply = await ask(`${own.server.url}/v1/info`);
        statuses.push(reply.status);
        if (reply.status === 429) expectProblem(reply, 'E_RATE');
      }
      expect(statuses).toEqual([200, 200, 200, 429]);
      expect((await ask(`${own.server.url}/healthz`)).status).toBe(200);
    });
  });

  it('R52 storage full', async () => {
    await withServed({ world: { ursula: { storageBytes: 99 } } }, async (own) => {
      const chunks = [{ id: 'ab'.repeat(32), size: 100 }];
      expectProblem(await call(own, 'reservations', own.world.reservation(chunks)), 'E_STORAGE');
    });
  });
});

describe('T-R10 afterwards', () => {
  it('no answer held a stack, a path, a dependency or more input than it may', () => {
    expect(seen.length).toBeGreaterThan(100);
    for (const { text } of seen) {
      expect(text).not.toMatch(/\bat [\w.<>]+ \(|\/work\/|node_modules|\.ts:|SQLITE|fastify|noble|FST_ERR|undefined/i);
      expect(text.length).toBeLessThan(1_200);
    }
  });

  it('nothing failed inside', () => {
    expect(served.internal).toEqual([]);
  });
});
