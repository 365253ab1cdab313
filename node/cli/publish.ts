/** `dintel alice publish`, `dintel bob publish`: keys into the registry, so that an address is enough to be shared with. */
import { lookupKeys, publishKeys } from 'dintel';
import { checksumAddress } from 'dintel/protocol';
import { action, type CommonOptions, type Context, commandFor, examples } from './common.ts';
import { openWallet } from './known.ts';
import { openPerson } from './person.ts';
import { confirm } from './prompt.ts';

export function publishCommand(role: 'alice' | 'bob') {
  return commandFor(role, 'publish', 'Register your keys for the address of your wallet', ['password', 'chain', 'yes'])
    .addHelpText('after', examples(`dintel ${role} publish`, `dintel ${role} publish --yes --json`))
    .action(action<CommonOptions>((context) => publish(role, context)));
}

async function publish(role: 'alice' | 'bob', { options, out }: Context): Promise<void> {
  const person = await openPerson(role, options);
  try {
    const network = await openWallet(options, person);
    const { account } = network.chain;
    const address = checksumAddress(account);
    if (options.yes !== true) {
      out.note(`Everybody will see that ${address} uses this network. It costs gas, once.`);
      await confirm('Publish?');
    }
    const sent = await publishKeys(network, { keyring: person.keyring });
    const mined = await sent?.wait();
    const keys = await lookupKeys(network, account);
    const words = keys?.words.join(' ');
    out.result({ ok: true, address, version: keys?.version, words, gas: mined && Number(mined.gasUsed) }, [
      mined === undefined ? 'These keys are registered already.' : `Registered for ${address}.`,
      `  words   ${words}`,
    ]);
  } finally {
    person.wipe();
  }
}
