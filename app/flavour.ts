/**
 * Which of the two builds this is. `production` knows real wallets only; `local` adds demo people and `/dev`. The word is built in, so
 * that a bundler drops whatever stands behind `isLocal`; pages of the local flavour alone end in `.local.tsx` (next.config.ts).
 */
export const isLocal: boolean = process.env.NEXT_PUBLIC_FLAVOUR === 'local';
