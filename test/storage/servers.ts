/**
 * Servers on this machine that play the stores: a node's chunks, a folder of a web server, an IPFS gateway and a Kubo node over
 * one set of blocks, and an S3 bucket that checks presigned addresses. Each counts what it is sent and can be told to misbehave.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `cut`: the connection ends while a body is under way, in either direction. A number is a status, with words if it has any. */
type Mischief =
  | number
  | { readonly status: number; readonly words: string }
  | 'down'
  | 'busy'
  | 'refuse'
  | 'lie'
  | 'flood'
  | 'hang'
  | 'cut'
  | 'redirect';

export interface BlobServer extends AsyncDisposable {
  readonly origin: string;
  readonly blobs: Map<string, Uint8Array>;
  /** `GET /path`, in the order of requests. */
  readonly asked: string[];
  /** Bytes of bodies that arrived, whole or not. */
  readonly received: { bytes: number };
  /** What the next requests meet; a single word meets all of them. */
  faults: Mischief[] | Mischief;
}

type Answer = {
  readonly status: number;
  readonly body?: Uint8Array | string;
  readonly headers?: Record<string, string>;
};
type Handler = (
  request: { method: string; url: URL; headers: Headers; body: Uint8Array<ArrayBuffer> },
  blobs: Map<string, Uint8Array>,
) => Answer | Promise<Answer>;

const idOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function serve(handler: Handler): Promise<BlobServer> {
  const blobs = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const received = { bytes: 0 };
  const state: { faults: Mischief[] | Mischief } = { faults: [] };
  const server: Server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = Array.isArray(state.faults) ? state.faults.shift() : state.faults;
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push(`${method} ${url.pathname}`);
    if (fault === 'down') return void request.destroy();
    if (fault === 'hang') return;
    const parts: Uint8Array[] = [];
    for await (const part of request as AsyncIterable<Uint8Array>) {
      parts.push(part);
      received.bytes += part.length;
      if (fault === 'cut') return void request.destroy();
    }
    if (typeof fault === 'number') return void response.writeHead(fault).end();
    if (typeof fault === 'object') return void response.writeHead(fault.status).end(fault.words);
    if (fault === 'busy') return void response.writeHead(503, { 'retry-after': '0' }).end();
    if (fault === 'refuse') return void response.writeHead(403).end('no');
    if (fault === 'redirect') return void response.writeHead(302, { location: '/elsewhere' }).end();
    if (fault === 'lie') return void response.writeHead(200).end('other bytes');
    if (fault === 'flood') return void response.writeHead(200).end(new Uint8Array(3_000_000));
    const headers = new Headers(request.headers as Record<string, string>);
    const body = Uint8Array.from(Buffer.concat(parts));
    const found = await handler({ method, url, headers, body }, blobs);
    const bytes = typeof found.body === 'string' ? Buffer.from(found.body) : (found.body ?? new Uint8Array(0));
    response.writeHead(found.status, { ...found.headers, 'content-length': bytes.length });
    if (fault === 'cut') return void response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
    response.end(method === 'HEAD' ? undefined : bytes);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blobs,
    asked,
    received,
    get faults() {
      return state.faults;
    },
    set faults(faults) {
      state.faults = faults;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Files by their name, with one range. */
function file(blob: Uint8Array | undefined, headers: Headers): Answer {
  if (blob === undefined) return { status: 404, body: 'nothing here' };
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '');
  if (range === null) return { status: 200, body: blob };
  return { status: 206, body: blob.subarray(Number(range[1]), Number(range[2]) + 1) };
}

/** A node: `/v1/chunks/{id}`, which takes only bytes of that name. Also a folder of a web server, for those who only read. */
export const nodeServer = (): Promise<BlobServer> =>
  serve(({ method, url, headers, body }, blobs) => {
    const id = /^\/v1\/chunks\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
    if (id === undefined) return { status: 404 };
    if (method !== 'PUT') return file(blobs.get(id), headers);
    if (idOf(body) !== id) return { status: 422 };
    blobs.set(id, body);
    return { status: 201 };
  });

/** CIDv1, raw, SHA-256, base32: computed as one large number, another way than the library's. */
export function cidOfBytes(bytes: Uint8Array): string {
  let number = BigInt(`0x01551220${idOf(bytes)}`) << 2n;
  let text = '';
  for (let i = 0; i < 58; i++, number >>= 5n) text = 'abcdefghijklmnopqrstuvwxyz234567'[Number(number & 31n)] + text;
  return `b${text}`;
}

/** A Kubo node with its gateway: blocks by CID. */
export const ipfsServer = (): Promise<BlobServer> =>
  serve(async ({ method, url, headers, body }, blobs) => {
    const cid = /^\/ipfs\/(\w+)$/.exec(url.pathname)?.[1];
    if (cid !== undefined && (method === 'GET' || method === 'HEAD')) {
      if (url.searchParams.get('format') !== 'raw' || headers.get('accept') !== 'application/vnd.ipld.raw')
        return { status: 406 };
      const cached = headers.get('cache-control') === 'only-if-cached';
      return blobs.has(cid) ? { status: 200, body: blobs.get(cid) as Uint8Array } : { status: cached ? 412 : 404 };
    }
    const verb = /^\/api\/v0\/block\/(\w+)$/.exec(url.pathname)?.[1];
    // RPC takes POST only, and nothing that a page of another origin could send.
    if (method !== 'POST' || verb === undefined) return { status: 405 };
    const arg = url.searchParams.get('arg') ?? '';
    if (verb === 'put') {
      const form = await new Response(body, { headers }).formData();
      const part = [...form.values()][0];
      const bytes = part instanceof Blob ? new Uint8Array(await part.arrayBuffer()) : new Uint8Array(0);
      if (bytes.length > 1_048_576 && url.searchParams.get('allow-big-block') !== 'true') {
        return { status: 500, body: '{"Message":"produced block is over 1MiB","Code":0,"Type":"error"}' };
      }
      if (url.searchParams.get('cid-codec') !== 'raw') return { status: 400 };
      const key = cidOfBytes(bytes);
      blobs.set(key, bytes);
      return { status: 200, body: JSON.stringify({ Key: key, Size: bytes.length }) };
    }
    const block = blobs.get(arg);
    if (block === undefined) {
      const offline = url.searchParams.get('offline') === 'true';
      const words = offline ? 'block was not found locally (offline): ipld: could not find' : 'ipld: could not find';
      return { status: 500, body: JSON.stringify({ Message: `${words} ${arg}`, Code: 0, Type: 'error' }) };
    }
    return { status: 200, body: verb === 'get' ? block : JSON.stringify({ Key: arg, Size: block.length }) };
  });

const bucketKey = 'a secret of the bucket';
const sign = (...parts: string[]): Buffer => createHmac('sha256', bucketKey).update(parts.join('\n')).digest();

/** What a server of the application does: an address for one act, which ends soon; a PUT is bound to the bytes by their hash. */
export function presign(origin: string, method: string, id: string) {
  const expires = `${Math.floor(Date.now() / 1_000) + 60}`;
  const checksum = method === 'PUT' ? Buffer.from(id, 'hex').toString('base64') : '';
  const signature = sign(method, id, expires, checksum).toString('hex');
  const url = `${origin}/bucket/${id}?X-Amz-Expires=${expires}&X-Amz-Signature=${signature}`;
  return { url, ...(checksum !== '' && { headers: { 'x-amz-checksum-sha256': checksum } }) };
}

/** A bucket: acts only as signed, keeps only bytes of the signed hash. */
export const s3Server = (): Promise<BlobServer> =>
  serve(({ method, url, headers, body }, blobs) => {
    const id = /^\/bucket\/([0-9a-f]{64})$/.exec(url.pathname)?.[1] ?? '';
    const checksum = headers.get('x-amz-checksum-sha256') ?? '';
    const expires = url.searchParams.get('X-Amz-Expires') ?? '0';
    const given = Buffer.from(url.searchParams.get('X-Amz-Signature') ?? '', 'hex');
    const wanted = sign(method, id, expires, method === 'PUT' ? checksum : '');
    if (given.length !== 32 || !timingSafeEqual(given, wanted)) return { status: 403, body: 'SignatureDoesNotMatch' };
    if (method !== 'PUT') return file(blobs.get(id), headers);
    if (createHash('sha256').update(body).digest('base64') !== checksum) return { status: 400, body: 'BadDigest' };
    blobs.set(id, body);
    return { status: 200 };
  });
