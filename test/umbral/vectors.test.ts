/** The shared vectors on the engine that the library picks; the reference engine has a file of its own. */
import { arithmetic } from '../../lib/umbral/engine/current.ts';
import { sharedVectors } from './vectors.ts';

sharedVectors(arithmetic());
