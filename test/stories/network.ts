/**
 * A network to tell stories on: the demo's own pieces, so a chain process, the committed bytecode, five staked nodes that are five
 * processes. Owns: raising, stopping, restarting, what a node holds on its disk. Owns not: people (people.ts). Not a test.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpRpc } from 'dintel/chain';
import {
  type DemoNetwork,
  type DemoNode,
  deploy,
  type NodeChoices,
  ready,
  serveNode,
  startChain,
  startNodes,
  writeAliceKey,
  writePassword,
} from '../../scripts/demo/network.ts';
import { type Running, stopAll } from '../../scripts/demo/processes.ts';

export { threshold } from '../../scripts/demo/network.ts';

/** A node of a story: what the demo knows of it, and its process, which is another one after a restart. */
export interface StoryNode extends Omit<DemoNode, 'process'> {
  process: Running;
  /** Starts it again, and resolves when it answers `/readyz`. */
  restart(): Promise<void>;
}

/** A network with its hands: the chain's own RPC, and an end. */
export interface StoryNetwork extends Omit<DemoNetwork, 'nodes'> {
  readonly nodes: readonly StoryNode[];
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Stops every process, removes the folder. */
  close(): Promise<void>;
}

/** Raises five nodes; `choices` for each by its place. */
export async function raiseNetwork(choices?: (index: number) => NodeChoices): Promise<StoryNetwork> {
  const dir = mkdtempSync(join(tmpdir(), 'dintel-story-'));
  const close = async () => {
    await stopAll();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const passwordFile = writePassword(dir);
    const aliceKeyFile = writeAliceKey(dir);
    const { chain, rpcUrl } = await startChain(dir);
    const { deployment, deploymentFile } = await deploy(dir, rpcUrl);
    const context = { dir, rpcUrl, deployment, deploymentFile, passwordFile, chain };
    const nodes = (await startNodes(context, choices)).map((node): StoryNode => {
      const { name, home } = node;
      const logFile = join(dir, `${name}.log`);
      return {
        ...node,
        async restart() {
          this.process = serveNode({ name, home, passwordFile, logFile });
          await ready(node.url, logFile);
        },
      };
    });
    const http = httpRpc(rpcUrl);
    return { ...context, aliceKeyFile, nodes, rpc: (method, ...params) => http.request(method, params), close };
  } catch (error) {
    const told = readdirSync(dir)
      .filter((name) => name.endsWith('.log'))
      .map((name) => `${name}: ${readFileSync(join(dir, name), 'utf8').slice(-800)}`);
    await close();
    throw new Error(`the network did not come up: ${String(error)}\n${told.join('\n')}`, { cause: error });
  }
}

/** Every file under a folder; files that go while we look are no files of it. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => existsSync(path));
}

/** Chunks on a node's disk: content id and bytes. */
export function chunksOf(node: Pick<DemoNode, 'home'>): Map<string, number> {
  const held = filesUnder(join(node.home, 'data/chunks')).filter((path) => /\/[0-9a-f]{64}$/.test(path));
  return new Map(held.map((path) => [path.slice(-64), statSync(path).size]));
}
