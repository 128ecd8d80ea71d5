import { StartError } from '../start-error.ts';
import { createAllCredentials, createCredential, revokeCredential, rotateCredential } from './credentials.ts';
import { AdminError, AdminUsageError, type AdminDeps } from './ports.ts';
import { listQuarantine, listRefusals } from './devices.ts';
import { exportRegistry, importRegistry } from './registries.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';
import { addUser, listUsers, removeUser, setUserPassword, setUserRole } from './users.ts';

interface Command {
  readonly name: readonly string[];
  readonly usage: string;
  readonly about: string;
  readonly run: (argv: readonly string[], deps: AdminDeps) => Promise<void>;
}

const COMMANDS: readonly Command[] = [
  {
    name: ['user', 'add'],
    usage: 'user add NAME --role viewer|operator|administrator --post TEXT [--password-stdin]',
    about: 'Creates a user. TEXT is the duty post that screens show, such as 后勤值班; never a name.',
    run: addUser,
  },
  { name: ['user', 'list'], usage: 'user list', about: 'Lists users with their roles and posts.', run: listUsers },
  {
    name: ['user', 'password'],
    usage: 'user password NAME [--password-stdin]',
    about: 'Sets a new password and ends all sessions of the user.',
    run: setUserPassword,
  },
  {
    name: ['user', 'role'],
    usage: 'user role NAME viewer|operator|administrator',
    about: 'Gives a user another role and ends all sessions of the user.',
    run: setUserRole,
  },
  {
    name: ['user', 'remove'],
    usage: 'user remove NAME',
    about: 'Removes a user with all sessions; the last administrator stays.',
    run: removeUser,
  },
  {
    name: ['token', 'create'],
    usage: 'token create NAME --role viewer|operator|administrator --days 1-366',
    about: 'Makes an API token for the program NAME and shows it once.',
    run: createToken,
  },
  {
    name: ['token', 'list'],
    usage: 'token list',
    about: 'Lists API tokens with their ends and last use.',
    run: listTokens,
  },
  { name: ['token', 'revoke'], usage: 'token revoke ID', about: 'Ends an API token at once.', run: revokeToken },
  {
    name: ['device', 'credential', 'create'],
    usage: 'device credential create SITE DEVICE [--client-id ID]',
    about: 'Makes the first credential of a device and shows it once.',
    run: createCredential,
  },
  {
    name: ['device', 'credential', 'all'],
    usage: 'device credential all SITE',
    about: 'Makes a credential for every device of a site that has none, and prints them once as JSON.',
    run: createAllCredentials,
  },
  {
    name: ['device', 'credential', 'rotate'],
    usage: 'device credential rotate SITE DEVICE [--overlap 24h]',
    about: 'Makes a new credential and shows it once; the old one works on for the overlap.',
    run: rotateCredential,
  },
  {
    name: ['device', 'credential', 'revoke'],
    usage: 'device credential revoke SITE DEVICE',
    about: 'Ends all credentials of a device; what it has open is closed within ten seconds.',
    run: revokeCredential,
  },
  {
    name: ['refusals'],
    usage: 'refusals [SITE]',
    about: 'Lists whom the broker refused in the last two hours, why, and what to do.',
    run: listRefusals,
  },
  {
    name: ['quarantine'],
    usage: 'quarantine [SITE] [--device DEVICE]',
    about: 'Lists what devices sent that could not be used; of one device with the bytes of the newest.',
    run: listQuarantine,
  },
  {
    name: ['registry', 'export'],
    usage: 'registry export SITE [FILE]',
    about: "Writes a site's registry as YAML, to FILE or to standard output.",
    run: exportRegistry,
  },
  {
    name: ['registry', 'import'],
    usage: 'registry import FILE [--dry-run]',
    about: 'Creates or replaces the registry of the site that the file names, and shows what changes.',
    run: importRegistry,
  },
];

/** Runs one administrator's command. Returns the exit code: 0 done, 1 it could not be done, 2 it was not understood. */
export async function runAdmin(argv: readonly string[], deps: AdminDeps): Promise<0 | 1 | 2> {
  const [first] = argv;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    (first === undefined ? deps.err : deps.out)(overview(COMMANDS));
    return first === undefined ? 2 : 0;
  }
  const command = COMMANDS.find(({ name }) => name.every((word, index) => argv[index] === word));
  if (command === undefined) {
    const near = COMMANDS.filter(({ name }) => name[0] === first);
    const typed = JSON.stringify(argv.join(' '));
    deps.err(
      near.length === 0
        ? `${typed} is no command.\n\n${overview(COMMANDS)}`
        : `${typed} is no whole command. These begin with "${first}":\n\n${overview(near)}`,
    );
    return 2;
  }
  const rest = argv.slice(command.name.length);
  if (rest.includes('--help') || rest.includes('-h')) {
    deps.out(overview([command]));
    return 0;
  }
  try {
    await command.run(rest, deps);
    return 0;
  } catch (error) {
    if (error instanceof AdminUsageError) {
      deps.err(`${error.message}.\n\n${overview([command])}`);
      return 2;
    }
    deps.err(`${error instanceof AdminError || error instanceof StartError ? error.message : unexpected(error)}\n`);
    return 1;
  }
}

function overview(commands: readonly Command[]): string {
  const lines = commands.flatMap(({ usage, about }) => [`  ${usage}`, `      ${about}`]);
  return `Usage: npm run admin -- [--config FILE] COMMAND\n\n${lines.join('\n')}\n`;
}

function unexpected(error: unknown): string {
  return `This failed: ${error instanceof Error ? error.message : String(error)}`;
}
