/** What the other commands of Ursula start from: configuration and unlocked keys. */
import { type Config, readConfig } from '../../config/configFile.ts';
import { NodeKeystore } from '../../keystore/nodeKeystore.ts';
import { type CommonOptions, keystorePath } from '../common.ts';
import { readPassword } from '../password.ts';

/** Errors: those of config and keystore; configuration is judged before anyone is asked for a password. */
export async function openNode(options: CommonOptions): Promise<{ config: Config; keystore: NodeKeystore }> {
  const config = await readConfig(options.home, 'ursula');
  await NodeKeystore.operatorOf(keystorePath(options.home)); // missing or damaged: say so before the question
  const password = await readPassword({ passwordFile: options.passwordFile });
  return { config, keystore: await NodeKeystore.open(keystorePath(options.home), password) };
}
