/**
 * The OpenAPI 3.1 document, generated from the table of routes, so that it cannot differ from what is served.
 * Source: spec/protocol.md section 7, `/v1/openapi.json`.
 */
import { type WireCode, wireCodes } from './codes.ts';
import type { Json } from './json.ts';
import { maxDetailCharacters } from './limits.ts';
import { problemMediaType } from './problem.ts';
import { commonErrors, routeDocs } from './routeDocs.ts';
import { type Content, type Route, type RouteName, routes } from './routes.ts';

type Document = { readonly [member: string]: Json };

const problemSchema: Document = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', pattern: '^urn:dintel:error:E_[A-Z_]+$' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(wireCodes) },
    detail: { type: 'string', maxLength: maxDetailCharacters },
    field: { type: 'string' },
    requestId: { type: 'string' },
    retryAfter: { type: 'integer', description: 'Seconds.' },
    data: { type: 'object' },
  },
};

function contentOf(content: Content): Document | undefined {
  if (content === 'nothing') return undefined;
  if (content === 'octets') return { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  if (content === 'text') return { '*/*': {} };
  return { 'application/json': { schema: content.schema } };
}

function refusals(errors: readonly WireCode[]): Document {
  const byStatus = new Map<number, WireCode[]>();
  for (const code of errors) {
    const { status } = wireCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `${code}: ${wireCodes[code].sentence}`).join('\n'),
        content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]);
  return Object.fromEntries(responses) as Document;
}

function operation(name: RouteName, route: Route): Document {
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: parameter === 'id' ? '^[0-9a-f]{64}$' : '^0x[0-9a-f]{64}$' },
  }));
  const { summary, errors } = routeDocs[name];
  const body = contentOf(route.body);
  const answer = contentOf(route.answer);
  const success = Object.fromEntries(
    route.statuses.map((status) => [
      String(status),
      { description: 'Success.', ...(answer === undefined ? {} : { content: answer }) },
    ]),
  );
  return {
    operationId: name,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, description: `At most ${route.maxBodyBytes} bytes.`, content: body } }),
    responses: { ...success, ...refusals([...commonErrors, ...errors]) },
  };
}

/** The whole document as plain JSON values. */
export function openapiDocument(): Document {
  const paths: Record<string, Record<string, Json>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    const methods = paths[route.path] ?? {};
    methods[route.method.toLowerCase()] = operation(name, route);
    paths[route.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Dintel node', version: '1', description: 'Threshold re-encryption by a staked node.' },
    paths,
    components: { schemas: { Problem: problemSchema } },
  };
}
