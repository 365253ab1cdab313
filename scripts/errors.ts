/**
 * Writes docs/ERRORS.md from the vocabulary of lib/protocol (codes.ts, keyCodes.ts, stepCodes.ts), so that every error's `docsUrl` has its paragraph:
 * `npx node scripts/errors.ts`. A test compares.
 */
import { writeFileSync } from 'node:fs';
import { dintelErrorsAbi, revertSentence } from 'dintel/chain';
import {
  type CodeEntry,
  chainCodes,
  clientCodes,
  commonErrors,
  keyCodes,
  libraryCodes,
  type RouteName,
  routeDocs,
  routes,
  sealCodes,
  stepCodes,
  stepToWire,
  type WireCode,
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
  ['Keys at rest', 'What `dintel/keys` says.', keyCodes],
  [
    'Steps of Umbral and of seals',
    'The `code` of an `UmbralError` is the step that refused.',
    { ...stepCodes, ...sealCodes },
  ],
  ['The door to a chain', 'The `code` of a `ChainError`.', chainCodes],
];

/** Which requests are refused with a code. */
function askedBy(code: string): string {
  if (commonErrors.includes(code as WireCode)) return 'any route';
  const own = (Object.keys(routes) as RouteName[]).filter((name) => routeDocs[name].errors.includes(code as WireCode));
  return own.map((name) => `\`${routes[name].method} ${routes[name].path}\``).join(', ');
}

/** A sentence of the vocabulary says what is wrong first, and what helps after it. */
function causeAndMend(sentence: string): readonly string[] {
  const end = sentence.search(/[.!?] (?=[A-Z])/);
  if (end < 0) return [sentence];
  return [`**What happened.** ${sentence.slice(0, end + 1)}`, `**What helps.** ${sentence.slice(end + 2)}`];
}

function section(code: string, entry: CodeEntry & { readonly status?: number }): string[] {
  const { status, retryable, sentence } = entry;
  const wire = Object.hasOwn(stepToWire, code) ? stepToWire[code as keyof typeof stepToWire] : undefined;
  const routesOf = status === undefined ? '' : askedBy(code);
  const facts = [
    status === undefined ? '' : `HTTP ${status}.`,
    routesOf === '' ? '' : `Answered by ${routesOf}.`,
    retryable ? 'Trying again can help.' : '',
    wire === undefined ? '' : `Over HTTP: [\`${wire}\`](#${wire.toLowerCase()}).`,
  ].filter((fact) => fact !== '');
  const paragraphs = [...causeAndMend(sentence), ...(facts.length === 0 ? [] : [facts.join(' ')])];
  return ['', `### ${code}`, ...paragraphs.flatMap((text) => ['', text])];
}

/** Every custom error of the contracts. */
function refusals(): string[] {
  const names = (dintelErrorsAbi as readonly { readonly name: string }[]).map(({ name }) => name);
  return [...new Set(names)].sort().map((name) => {
    const sentence = revertSentence({ name, args: {}, data: '0x' });
    return `| \`${name}\` | ${sentence.replace(/\.$/, '')} |`;
  });
}

/** The whole page. */
export function errorsPage(): string {
  const lines = [
    '# Errors',
    '',
    'Written by `npx node scripts/errors.ts` from `lib/protocol/codes.ts` and its kin; do not edit. Programs match `code`, never text. Errors',
    'of the library are a `DintelError`: `code`, `shortMessage`, `details`, `field`, `expected`, `got`, `retryable`, `docsUrl` (its place',
    'on this page), `cause` and `walk()`. Those of the bare scheme are an `UmbralError` with `code`, `field`, `expected` and `got`, whose codes are',
    'on this page too; and who calls synchronously before the engine is there gets an `EngineNotReady`.',
  ];
  for (const [title, about, codes] of parts) {
    lines.push('', `## ${title}`, '', about);
    for (const [code, entry] of Object.entries(codes)) lines.push(...section(code, entry));
  }
  lines.push(
    '',
    '## What the contracts refuse',
    '',
    'The name is in `revert.name` of a `ChainError` with the code [`chain.reverted`](#chainreverted), its arguments in `revert.args`.',
    '',
    '| name | what it means |',
    '| --- | --- |',
    ...refusals(),
  );
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) writeFileSync(new URL('../docs/ERRORS.md', import.meta.url), errorsPage());
