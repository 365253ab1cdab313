import { Command } from 'commander';
export function aliceCommand(): Command {
  return new Command('alice').description('soon');
}
