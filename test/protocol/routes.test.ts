import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWireCode } from '../../lib/protocol/codes.ts';
import { ProtocolError } from '../../lib/protocol/errors.ts';
import { type Json, parseJson, writeJson } from '../../lib/protocol/json.ts';
import { maxJsonBytes } from '../../lib/protocol/limits.ts';
import { openapiDocument } from '../../lib/protocol/openapi.ts';
import { commonErrors, routeDocs } from '../../lib/protocol/routeDocs.ts';
import {
  decodeAnswer,
  decodeBody,
  encodeAnswer,
  encodeBody,
  matchRoute,
  pathOf,
  type RouteBody,
  type RouteName,
  routes,
} from '../../lib/protocol/routes.ts';
import { answers, bodies } from './bodies.ts';

type Mutable = { [member: string]: Mutable } & Mutable[] & (string | number | null);
const bodyNames = Object.keys(bodies) as (keyof typeof bodies)[];
const json = (name: keyof typeof bodies): Mutable =>
  JSON.parse(new TextDecoder().decode(encodeBody(name, bodies[name]))) as Mutable;

const outcome = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.status === undefined || isWireCode(error.code)).toBe(true);
    expect((error.details ?? '').length).toBeLessThanOrEqual(200);
    return error.field === undefined ? error.code : `${error.code} ${error.field}`;
  }
  return 'accepted';
};
/** The body of reencrypt with one change. */
const changed = (change: (body: Mutable) => void, name: keyof typeof bodies = 'reencrypt'): string => {
  const body = json(name);
  change(body);
  return outcome(() => decodeBody(name, writeJson(body as Json)));
};
/** Every path to a value inside a JSON value. */
const paths = (value: unknown, at: (string | number)[] = []): (string | number)[][] => {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, part]) =>
    paths(part, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inner : [at, ...inner];
};
const named = (path: (string | number)[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
const place = (body: Mutable, path: (string | number)[]): [Mutable, string | number] => [
  path.slice(0, -1).reduce<Mutable>((at, step) => at[step as number] as Mutable, body),
  path.at(-1) as string | number,
];

/** Sets the value at a path. */
const put = (body: Mutable, path: (string | number)[], value: unknown): void => {
  const [parent, key] = place(body, path);
  parent[key as number] = value as Mutable;
};

describe('bodies and answers', () => {
  it('go out and come in as the same values', () => {
    for (const name of bodyNames) {
      const bytes = encodeBody(name, bodies[name] as RouteBody<typeof name>);
      expect(bytes.length).toBeLessThan(maxJsonBytes);
      expect(decodeBody(name, bytes)).toEqual(bodies[name]);
    }
    for (const name of Object.keys(answers) as (keyof typeof answers)[]) {
      expect(decodeAnswer(name, encodeAnswer(name, answers[name])), name).toEqual(answers[name]);
    }
    const { ack: _, ...withoutAck } = bodies.reencrypt;
    expect(decodeBody('reencrypt', encodeBody('reencrypt', withoutAck))).toEqual(withoutAck);
  });

  it('fit the limits at their largest', () => {
    const capsules = Array.from({ length: 50 }, () => new Uint8Array(98));
    const proof = Array.from({ length: 6 }, () => bodies.reencrypt.policyId);
    const leaf = { ...bodies.reencrypt.leaf, conditions: new Uint8Array(1024) };
    expect(encodeBody('reencrypt', { ...bodies.reencrypt, capsules, proof, leaf }).length).toBeLessThan(maxJsonBytes);
    const chunks = Array.from({ length: 600 }, () => bodies.reservations.chunks[0]!);
    expect(encodeBody('reservations', { ...bodies.reservations, chunks, proof, leaf }).length).toBeLessThan(
      maxJsonBytes,
    );
  });

  it('R06: refuse what is no object', () => {
    for (const text of ['[]', '"x"', 'null', '1', 'true']) {
      expect(
        outcome(() => decodeBody('acks', new TextEncoder().encode(text))),
        text,
      ).toBe('E_SCHEMA');
    }
  });

  it.each(bodyNames)('R07, R08, R09: name each missing, unknown or mistyped field of %s', (name) => {
    const whole = json(name);
    for (const path of paths(whole)) {
      const step = path.at(-1);
      const value: unknown = path.reduce<Mutable>((at, part) => at[part as number] as Mutable, whole);
      if (typeof step === 'string') {
        const missing = changed((body) => {
          const [parent] = place(body, path);
          delete parent[step];
        }, name);
        expect(missing, `without ${named(path)}`).toBe(named(path) === 'ack' ? 'accepted' : `E_FIELD ${named(path)}`);
        const unknown = changed((body) => {
          put(body, [...path.slice(0, -1), 'extra'], 1);
        }, name);
        expect(unknown).toBe(`E_FIELD_UNKNOWN ${named([...path.slice(0, -1), 'extra'])}`);
      }
      for (const other of [true, [], {}, typeof value === 'string' ? 7 : 'x']) {
        if (Array.isArray(value) && Array.isArray(other)) continue;
        const result = changed((body) => {
          const [parent, key] = place(body, path);
          parent[key as number] = other as Mutable;
        }, name);
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
        if (isObject && typeof other === 'object' && !Array.isArray(other)) expect(result).toMatch(/^E_FIELD /);
        else if (typeof value === 'bigint' || /rate$/.test(named(path)))
          expect(result, `${named(path)} = ${JSON.stringify(other)}`).toMatch(/^(E_FIELD|E_NUMBER|accepted)/);
        else expect(result, `${named(path)} = ${JSON.stringify(other)}`).toBe(`E_FIELD ${named(path)}`);
      }
    }
  });

  it('R12: refuse numbers that are not plain whole numbers in range', () => {
    const text = new TextDecoder().decode(encodeBody('acks', bodies.acks));
    const withRate = (rate: string) =>
      outcome(() => decodeBody('acks', new TextEncoder().encode(text.replace('"1000000000000000000"', rate))));
    expect(withRate('"1000000000000000000"')).toBe('accepted');
    expect(withRate('9007199254740991')).toBe('accepted');
    for (const rate of [
      '1e400',
      '-0',
      '-1',
      '1.5',
      '9007199254740993',
      '"9007199254740991"',
      '"5"',
      '"-1"',
      '"01000000000000000000"',
      '"1e18"',
      '"0x10"',
      '""',
      `"${2n ** 96n}"`,
      `"${'9'.repeat(60_000)}"`,
    ]) {
      expect(withRate(rate), rate.slice(0, 30)).toBe('E_NUMBER rate');
    }
    expect(withRate(`"${2n ** 96n - 1n}"`)).toBe('accepted');
    expect(withRate('null')).toBe('E_FIELD rate');
    expect(
      changed((body) => {
        put(body, ['leaf', 'index'], 64);
      }),
    ).toBe('E_NUMBER leaf.index');
    expect(
      changed((body) => {
        put(body, ['ack', 'epoch'], 2 ** 32);
      }),
    ).toBe('E_NUMBER ack.epoch');
    expect(
      changed((body) => {
        put(body, ['domain', 'chainId'], 0);
      }),
    ).toBe('E_NUMBER domain.chainId');
  });

  it('R28 to R30, R38: counts before bytes, then each byte string by its index', () => {
    const many = (n: number) => (body: Mutable) => {
      put(
        body,
        ['capsules'],
        Array.from({ length: n }, () => 'not hex'),
      );
    };
    expect(changed(many(51))).toBe('E_COUNT capsules');
    expect(changed(many(0))).toBe('E_COUNT capsules');
    expect(changed(many(50))).toBe('E_FIELD capsules[0]');
    expect(
      changed((body) => {
        many(51)(body);
        put(body, ['policyId'], '0x');
      }),
    ).toBe('E_COUNT capsules');
    expect(
      changed((body) => {
        put(body, ['capsules', 1], `0X${'00'.repeat(98)}`);
      }),
    ).toBe('E_FIELD capsules[1]');
    for (const bad of [
      '',
      '0x',
      `0x${'00'.repeat(97)}`,
      `0x${'00'.repeat(99)}`,
      `0x${'AA'.repeat(98)}`,
      `0x${'0g'.repeat(98)}`,
      `0x${'00'.repeat(97)}0 `,
      '00'.repeat(99),
      btoa('x'.repeat(98)),
    ]) {
      expect(
        changed((body) => {
          put(body, ['capsules', 1], bad);
        }),
        bad.slice(0, 20),
      ).toBe('E_FIELD capsules[1]');
    }
    expect(
      changed((body) => {
        put(body, ['request', 'nonce'], `0x${'00'.repeat(31)}`);
      }),
    ).toBe('E_FIELD request.nonce');
    expect(
      changed((body) => {
        put(
          body,
          ['proof'],
          Array.from({ length: 7 }, () => 'x'),
        );
      }),
    ).toBe('E_COUNT proof');
    expect(
      changed((body) => {
        put(body, ['leaf', 'keys'], ['0x', '0x']);
      }),
    ).toBe('E_COUNT leaf.keys');
    expect(
      changed((body) => {
        put(body, ['leaf', 'conditions'], '0x');
      }),
    ).toBe('E_FIELD leaf.conditions');
    expect(
      changed((body) => {
        put(
          body,
          ['chunks'],
          Array.from({ length: 601 }, () => 0),
        );
      }, 'reservations'),
    ).toBe('E_COUNT chunks');
    expect(
      changed((body) => {
        put(body, ['chunks', 0, 'id'], `0x${'ab'.repeat(31)}`);
      }, 'reservations'),
    ).toBe('E_FIELD chunks[0].id');
    expect(
      changed((body) => {
        put(body, ['chunks', 0, 'size'], 1_048_593);
      }, 'reservations'),
    ).toBe('E_NUMBER chunks[0].size');
  });

  it('never go out when no node would take them', () => {
    const { reencrypt } = bodies;
    expect(outcome(() => encodeBody('reencrypt', { ...reencrypt, capsules: [] }))).toBe('E_COUNT capsules');
    expect(outcome(() => encodeBody('reencrypt', { ...reencrypt, capsules: [new Uint8Array(97)] }))).toBe(
      'E_FIELD capsules[0]',
    );
    expect(outcome(() => encodeBody('acks', { ...bodies.acks, rate: 2n ** 96n }))).toBe('E_NUMBER rate');
    expect(outcome(() => encodeBody('acks', { ...bodies.acks, policyId: '0xAB' }))).toBe('E_FIELD policyId');
    expect(
      outcome(() => encodeBody('acks', { ...bodies.acks, policyId: undefined } as unknown as RouteBody<'acks'>)),
    ).toBe('E_FIELD policyId');
  });

  it('let nothing but a typed error of the wire out, whatever comes', () => {
    const junk = fc.oneof(
      fc.constantFrom<Json>(null, true, -1, 0, 2 ** 53, '', '0x', 'x'.repeat(70_000), [], {}, [[[[[[[[[]]]]]]]]], {
        toString: 1,
      }),
      fc.jsonValue() as fc.Arbitrary<Json>,
    );
    const mutations = fc.constantFrom(...bodyNames).chain((name) => {
      const all = paths(json(name));
      return fc.record({
        name: fc.constant(name),
        path: fc.constantFrom(...all),
        value: junk,
        duplicate: fc.boolean(),
      });
    });
    fc.assert(
      fc.property(mutations, ({ name, path, value, duplicate }) => {
        const body = json(name);
        const [parent, key] = place(body, path);
        parent[key as number] = value as Mutable;
        let text = JSON.stringify(body);
        if (duplicate) text = text.replace('{', '{"domain":1,');
        outcome(() => decodeBody(name, new TextEncoder().encode(text)));
      }),
      { numRuns: 800 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...bodyNames),
        fc.nat(1000),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        (name, at, insert) => {
          const bytes = encodeBody(name, bodies[name] as RouteBody<typeof name>).slice();
          bytes.set(insert, at % (bytes.length - insert.length));
          outcome(() => decodeBody(name, bytes));
        },
      ),
      { numRuns: 800 },
    );
  });
});

describe('routes', () => {
  it('match the table of the specification', () => {
    const table = (Object.keys(routes) as RouteName[]).map((name) => `${routes[name].method} ${routes[name].path}`);
    expect(table).toEqual([
      'GET /v1/info',
      'POST /v1/acks',
      'POST /v1/reencrypt',
      'POST /v1/revocations',
      'GET /v1/policies/{policyId}',
      'POST /v1/reservations',
      'PUT /v1/chunks/{id}',
      'GET /v1/chunks/{id}',
      'HEAD /v1/chunks/{id}',
      'POST /v1/sealed',
      'GET /v1/openapi.json',
      'GET /healthz',
      'GET /readyz',
      'GET /',
    ]);
  });

  it('find themselves by their own paths', () => {
    const params = { policyId: bodies.acks.policyId, id: 'ab'.repeat(32) };
    for (const name of Object.keys(routes) as RouteName[]) {
      const found = matchRoute(routes[name].method, pathOf(name, params));
      expect(found.name).toBe(name);
      for (const [parameter, value] of Object.entries(found.params))
        expect(value).toBe(params[parameter as keyof typeof params]);
    }
  });

  it('R01, R02, R25: refuse other paths, methods and escapes', () => {
    const at = (method: string, path: string) => outcome(() => matchRoute(method, path));
    for (const path of [
      '/v2/info',
      '/v1',
      '/v1/',
      '/v1/info/',
      '//v1/info',
      '/v1/chunks',
      '/v1/chunks/',
      '/V1/info',
      '/v1/constructor',
      '/..',
      '/v1/policies//',
    ]) {
      expect(at('GET', path), path).toBe('E_ROUTE');
    }
    for (const path of [
      '',
      'v1/info',
      '/%00',
      '/%2e%2e',
      '/%zz',
      '/v1/info?x=1',
      '/v1/info#x',
      '/a b',
      `/${'a'.repeat(8192)}`,
      '/é',
      '/v1\\info',
      '/\u0000',
    ]) {
      expect(at('GET', path), path.slice(0, 20)).toBe('E_URL path');
    }
    expect(at('GET', '/v1/policies/0x12')).toBe('E_FIELD policyId');
    expect(at('GET', `/v1/chunks/${'AB'.repeat(32)}`)).toBe('E_FIELD id');
    try {
      matchRoute('POST', `/v1/chunks/${'ab'.repeat(32)}`);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_METHOD', status: 405, data: { allow: ['PUT', 'GET', 'HEAD'] } });
    }
    for (const method of ['get', 'OPTIONS', 'constructor', '']) expect(at(method, '/v1/info')).toBe('E_METHOD');
    expect(outcome(() => pathOf('policy'))).toBe('E_FIELD policyId');
  });

  it('name only errors of the wire, each once, and every wire code somewhere', () => {
    const used = new Set<string>(commonErrors);
    for (const name of Object.keys(routes) as RouteName[]) {
      const { errors } = routeDocs[name];
      expect(new Set(errors).size, name).toBe(errors.length);
      for (const code of errors) used.add(code);
    }
    for (const code of used) expect(isWireCode(code), code).toBe(true);
  });
});

describe('openapi', () => {
  it('describes every route with its bodies and refusals, as plain JSON', () => {
    const document = openapiDocument();
    const text = JSON.stringify(document);
    expect(JSON.parse(text)).toEqual(document);
    const read = parseJson(new TextEncoder().encode(text), 40) as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    };
    for (const name of Object.keys(routes) as RouteName[]) {
      const operation = read.paths[routes[name].path]?.[routes[name].method.toLowerCase()];
      expect(operation?.responses[String(routes[name].statuses[0])], name).toBeDefined();
      expect(operation?.responses['500']).toBeDefined();
    }
    expect(text).toContain('"maxItems":50');
    expect(text).not.toContain('undefined');
  });
});
