/** The WebAssembly engine keeps the contract of every engine. Its differential tests are in kernelDifferential.test.ts. */
import { wasmEngine } from '../../lib/umbral/engine/wasm.ts';
import { engineContract } from './engine/contract.ts';

const wasm = wasmEngine();
if (!wasm) throw new Error('this Node cannot run the kernel: no WebAssembly with SIMD');
engineContract(wasm);
