import { Command } from 'commander';
export function enricoCommand(): Command {
  return new Command('enrico').description('soon');
}
