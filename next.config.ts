import type { NextConfig } from 'next';

/** The demo's flavour has demo people and `/dev`; its pages end in `.local.tsx` and its export lies in .dintel/site, that of production in out. */
const local = process.env.NEXT_PUBLIC_FLAVOUR === 'local';

/**
 * The app is a static export: any file server can host it, IPFS included, and no server of ours stands behind it.
 * Where contracts and nodes are is read at run time from /dintel.json, so that a redeployment needs no rebuild.
 */
const config: NextConfig = {
  output: 'export',
  // Set in both flavours: a variable that is not set is not compiled in, and what stands behind it would stay.
  env: { NEXT_PUBLIC_FLAVOUR: local ? 'local' : 'production' },
  ...(local && { distDir: '.dintel/site' }),
  pageExtensions: local ? ['local.tsx', 'tsx', 'ts'] : ['tsx', 'ts'],
  turbopack: { root: import.meta.dirname },
  // `npm run check` has read the types, of the whole repository; here it would be done for each flavour again.
  typescript: { tsconfigPath: 'app/tsconfig.json', ignoreBuildErrors: true },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
