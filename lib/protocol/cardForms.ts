/**
 * The three forms in which a receive card travels; all say the same and none proves more than another:
 *
 *   text   dintel:card:1.<base64url>            to paste
 *   link   <origin>/add#c1.<base64url>          to click; what stands behind # is not sent to the server, the origin is ignored
 *   QR     DINTEL:CARD:1.<base32>               to scan: capitals and digits only, which a QR code packs densest
 *
 * Owns: the forms and telling them apart. Owns not: what a card says (`card.ts`), drawing. Source: spec/protocol.md section 8.4.
 */
import { fromBase32, toBase32 } from './base32.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { type Card, formatCard, maxCardLength, parseCard } from './card.ts';
import { refuse } from './errors.ts';

const textPrefix = 'dintel:card:1.';
const linkMark = '#c1.';
const qrPrefix = 'DINTEL:CARD:1.';
/** Characters of any form: base32 is the longest, and a link has an origin. */
const maxFormLength = 2 * maxCardLength;

const bodyOf = (card: Card): string => formatCard(card).slice(textPrefix.length);

/** `origin` without a trailing slash. Throws E_CARD (too long), E_LINK (an origin with #). */
export function formatCardLink(origin: string, card: Card): string {
  if (/[#\s]/.test(origin)) refuse('E_LINK', 'origin', 'an origin without #', 'another text');
  return `${origin}/add${linkMark}${bodyOf(card)}`;
}

/** What a QR code of the card holds, in alphanumeric mode. Throws E_CARD (too long). */
export function formatCardQr(card: Card): string {
  return `${qrPrefix}${toBase32(fromBase64url(bodyOf(card), 'E_CARD', 'card'))}`;
}

/** A card in any of its forms; nothing is proven yet. Throws E_TYPE, E_CARD, E_BRAND, E_VERSION as `parseCard` does. */
export function readCard(text: string): Card {
  if (typeof text !== 'string') refuse('E_TYPE', 'card', 'text', typeof text);
  if (text.length > maxFormLength) refuse('E_CARD', 'card', `at most ${maxFormLength} characters`, `${text.length}`);
  const plain = text.trim();
  const mark = plain.indexOf(linkMark);
  if (mark >= 0) return parseCard(`${textPrefix}${plain.slice(mark + linkMark.length)}`);
  if (plain.startsWith(qrPrefix)) {
    return parseCard(`${textPrefix}${toBase64url(fromBase32(plain.slice(qrPrefix.length), 'E_CARD', 'card'))}`);
  }
  return parseCard(plain);
}
