/** Only for this repository, where `next` and `dintel` lie two folders above. A project of your own needs none. */
import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  turbopack: { root: join(import.meta.dirname, '../..') },
  // `npm run check` reads the types.
  typescript: { tsconfigPath: '../tsconfig.json', ignoreBuildErrors: true },
};

export default config;
