/**
 * Which contracts to trust: a deployment from a JSON file, from configuration, or from the committed table.
 * Owns: reading it with errors that name the field. Owns not: the table (lib/chain). Source: research/reliability.md C11.
 */
import { readFile } from 'node:fs/promises';
import { type Deployment, deployments } from 'dintel/chain';
import { OperatorError, systemCode } from './operatorError.ts';
import { parseAccount } from './parse.ts';

const contracts = ['token', 'escrow', 'policyManager', 'keyRegistry', 'adjudicator'] as const;

/** Errors: E_CONFIG, E_ADDRESS. */
export async function readDeployment(path: string): Promise<Deployment> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new OperatorError(
      'E_CONFIG',
      `deployment ${path} cannot be read (${systemCode(cause) ?? 'unknown reason'})`,
      {
        cause,
        cure: 'give the JSON file that the deployment wrote',
      },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new OperatorError('E_CONFIG', `deployment ${path} is not valid JSON`, { cause });
  }
  return deploymentOf(value, `deployment ${path}`);
}

/** Errors: E_CONFIG, E_ADDRESS. */
export function deploymentOf(value: unknown, where: string): Deployment {
  if (typeof value !== 'object' || value === null) throw new OperatorError('E_CONFIG', `${where}: expected an object`);
  const members = value as Record<string, unknown>;
  const whole = (name: string, least: number): number => {
    const number = members[name];
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < least) {
      throw new OperatorError('E_CONFIG', `${where}: ${name}: expected a whole number of at least ${least}`);
    }
    return number;
  };
  const [token, escrow, policyManager, keyRegistry, adjudicator] = contracts.map((name) =>
    parseAccount(members[name], `${where}: ${name}`),
  ) as [Deployment['token'], Deployment['token'], Deployment['token'], Deployment['token'], Deployment['token']];
  return {
    chainId: whole('chainId', 1),
    token,
    escrow,
    policyManager,
    keyRegistry,
    adjudicator,
    deployedBlock: whole('deployedBlock', 0),
  };
}

/** The deployment that is committed for a public chain. Throws E_CONFIG for a chain that has none. */
export function committedDeployment(chainId: number): Deployment {
  const found = deployments.find((deployment) => deployment.chainId === chainId);
  if (found === undefined) {
    throw new OperatorError('E_CONFIG', `there is no known deployment on chain ${chainId}`, {
      cure: 'name its contracts with --deployment FILE',
    });
  }
  return found;
}
