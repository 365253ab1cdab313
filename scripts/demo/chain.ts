/**
 * The demo's chain, a process of its own: Hardhat's simulated network behind JSON-RPC on a free loopback port. It mines on every
 * transaction and every second besides, because a node takes a head older than a minute for a chain that has stopped.
 *
 *   node chain.ts [AGO]     its clock begins AGO seconds in the past
 *
 * Prints one line of JSON, `{"url": "http://127.0.0.1:PORT"}`, when it listens; ends on SIGTERM or when its parent goes away.
 */
import { network } from 'hardhat';

const ago = Number(process.argv[2] ?? 0);
const initialDate = new Date(Date.now() - ago * 1000).toISOString();
const server = await network.createServer({ network: 'demo', override: { initialDate } }, '127.0.0.1', 0);
const { address, port } = await server.listen();
process.stdout.write(`${JSON.stringify({ url: `http://${address}:${port}` })}\n`);

const stop = async () => {
  await server.close();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
process.once('disconnect', () => void stop());
