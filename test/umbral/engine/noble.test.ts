import { nobleEngine } from '../../../lib/umbral/engine/noble.ts';
import { engineContract } from './contract.ts';

engineContract(nobleEngine);
