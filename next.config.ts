import type { NextConfig } from 'next';

/**
 * The app is a static export: any file server can host it, IPFS included, and no server of ours stands behind it.
 * Where contracts and nodes are is read at run time from /dintel.json, so that a redeployment needs no rebuild.
 */
const config: NextConfig = {
  output: 'export',
  turbopack: { root: import.meta.dirname },
  typescript: { tsconfigPath: 'app/tsconfig.json' },
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
