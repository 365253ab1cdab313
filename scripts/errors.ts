/**
 * Writes docs/ERRORS.md from the vocabulary of lib/protocol/codes.ts, so that every error's `docsUrl` has its paragraph:
 * `npx node scripts/errors.ts`. A test compares.
 */
import { writeFileSync } from 'node:fs';
import {
  type CodeEntry,
  chainCodes,
  clientCodes,
  libraryCodes,
  stepCodes,
  stepToWire,
  wireCodes,
} from 'dintel/protocol';

const parts: readonly (readonly [
  string,
  string,
  Readonly<Record<string, CodeEntry & { readonly status?: number }>>,
])[] = [
  ['What a node answers', 'Over HTTP as `application/problem+json`, with the status given.', wireCodes],
  ['What clients say', 'These never cross the wire.', clientCodes],
  ['What the library says of objects and inputs', 'These never cross the wire.', libraryCodes],
  ['Steps of Umbral and of seals', 'The `code` of an `UmbralError` is the step that refused.', stepCodes],
  ['The door to a chain', 'The `code` of a `ChainError`.', chainCodes],
];

/** The whole page. */
export function errorsPage(): string {
  const lines = [
    '# Errors',
    '',
    'Written by `npx node scripts/errors.ts` from `lib/protocol/codes.ts`; do not edit. Programs match `code`, never text.',
  ];
  for (const [title, about, codes] of parts) {
    lines.push('', `## ${title}`, '', about);
    for (const [code, { status, retryable, sentence }] of Object.entries(codes)) {
      const facts = [
        status === undefined ? '' : `HTTP ${status}.`,
        retryable ? 'Trying again can help.' : '',
        Object.hasOwn(stepToWire, code) ? `Over HTTP: \`${stepToWire[code as keyof typeof stepToWire]}\`.` : '',
      ].filter((fact) => fact !== '');
      lines.push('', `### ${code}`, '', [sentence, ...facts].join(' '));
    }
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) writeFileSync(new URL('../docs/ERRORS.md', import.meta.url), errorsPage());
