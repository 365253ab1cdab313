/** The shared vectors on the reference engine. */
import { nobleEngine } from '../../lib/umbral/engine/noble.ts';
import { sharedVectors } from './vectors.ts';

sharedVectors(nobleEngine);
