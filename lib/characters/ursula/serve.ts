/**
 * Which of Ursula's functions serves which JSON route: bytes in, bytes out. The node's HTTP server and the in-memory network of
 * `dintel/testing` answer through it, so that both speak the same table. Owns not: sockets, chunks, sealed envelopes.
 * Source: protocol.md section 7.
 */
import { decodeBody, encodeAnswer, type Hex, type RouteMatch, type RouteName, routes } from '../../protocol/index.ts';
import type { Ursula } from './ursula.ts';

/** Routes whose body and answer are JSON or nothing: those that may also be asked sealed. */
export type JsonRoute = Exclude<RouteName, 'root' | 'openapi' | 'putChunk' | 'getChunk' | 'headChunk' | 'sealed'>;

export function isJsonRoute(name: RouteName): name is JsonRoute {
  const { body, answer } = routes[name];
  return (typeof body !== 'string' || body === 'nothing') && typeof answer !== 'string';
}

/** The encoded answer. `ready`: throws what keeps the node from serving. Throws ProtocolError for a refusal. */
export async function answerJson(
  ursula: Ursula,
  name: JsonRoute,
  params: RouteMatch['params'],
  body: Uint8Array,
  ready: () => void = () => undefined,
): Promise<Uint8Array> {
  switch (name) {
    case 'info':
      return encodeAnswer(name, ursula.info());
    case 'acks':
      return encodeAnswer(name, await ursula.ack(decodeBody(name, body)));
    case 'reencrypt':
      return encodeAnswer(name, await ursula.reencrypt(decodeBody(name, body)));
    case 'revocations':
      return encodeAnswer(name, await ursula.revoke(decodeBody(name, body)));
    case 'policy':
      return encodeAnswer(name, await ursula.policy(params.policyId as Hex));
    case 'reservations':
      return encodeAnswer(name, await ursula.reserve(decodeBody(name, body)));
    case 'health':
      return encodeAnswer(name, { status: 'ok' });
    case 'ready':
      ready();
      ursula.checkReady();
      return encodeAnswer(name, { status: 'ready' });
  }
}
