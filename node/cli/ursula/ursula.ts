/** `dintel ursula …`: a node, from its keys to its stake. Owns: the tree; each command has a file of its own. */
import { Command } from 'commander';
import { backupCommand } from './backup.ts';
import { bondCodeCommand } from './bondCode.ts';
import { doctorCommand } from './doctor.ts';
import { initCommand } from './init.ts';
import { manageCommands } from './manage.ts';
import { rebuildCommand } from './rebuild.ts';
import { runCommand } from './run.ts';
import { stakeCommand } from './stake.ts';
import { statusCommand } from './status.ts';
import { withdrawCommand } from './withdraw.ts';

export function ursulaCommand(): Command {
  const command = new Command('ursula');
  const children = [
    ...[initCommand(), bondCodeCommand(), stakeCommand(), runCommand(), statusCommand(), doctorCommand()],
    ...[withdrawCommand(), ...manageCommands(), backupCommand(), rebuildCommand()],
  ];
  for (const child of children) command.addCommand(child);
  return command;
}
