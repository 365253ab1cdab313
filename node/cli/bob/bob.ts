import { Command } from 'commander';
export function bobCommand(): Command {
  return new Command('bob').description('soon');
}
