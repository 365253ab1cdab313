/** The shared vectors on the engine without WebAssembly. */
import { bigintEngine } from '../../lib/umbral/engine/bigint.ts';
import { sharedVectors } from './vectors.ts';

sharedVectors(bigintEngine);
