import type { User } from '../contract/account.ts';
import { deviceUsername } from '../contract/topics.ts';
import { passwordHasher } from '../dashboard/server/password.ts';
import { hashToken, newToken } from '../ingest/stores/ledger/tokens.ts';
import type { AccountChange } from '../ingest/stores/ledger/types.ts';
import type { Stores } from '../ingest/stores/open.ts';
import { demoSiteFile } from '../simulators/demo.ts';
import { registryFiles } from './admin/registry-files.ts';
import type { SimulatorCredential } from './demo.ts';
import { StartError } from './start-error.ts';

const LINK_MS = 24 * 3_600_000;
const USERNAME = 'demo';

/** Whose hand the alarms of the days before were acknowledged by, and who is signed in by the link. */
export const DEMO_USER: User = { username: USERNAME, post: '演示值班 / Demo desk', role: 'administrator' };

/** Reviews what the desk recorded; nobody signs in as it. */
export const DEMO_LEADER: User = { username: 'demo-leader', post: '演示班长 / Demo shift leader', role: 'operator' };

export interface DemoStoresOptions {
  /** ms epoch: when the mine begins to live. */
  readonly begin: number;
  /** ms epoch: when people come in; links and credentials count from here. */
  readonly today: number;
  /** Whole hours by which the mine's shifts are later. */
  readonly shift: number;
}

/** The demo's registry, account and device credentials: made fresh at each start, known to nobody else. */
export function demoStores({ begin, today: at, shift }: DemoStoresOptions) {
  const file = registryFiles.parseRegistry(demoSiteFile(shift));
  if ('problems' in file) throw new StartError(`The demo's own registry is broken:\n${file.problems.join('\n')}`);
  const { registry } = file;
  const signIn = newToken();
  const devices = registry.devices.map(({ id }): SimulatorCredential => {
    const username = deviceUsername({ site: registry.site, device: id });
    return { device: id, username, clientId: username, password: newToken() };
  });

  return {
    registry: () => registry,
    credentials: () => ({ site: registry.site, devices }),
    signInToken: () => signIn,
    async prepare({ ledger, key }: Stores): Promise<void> {
      // Nobody knows this password: the link is the way in.
      const passwordHash = await passwordHasher().hash(newToken());
      const accounts: AccountChange[] = [
        {
          op: 'user.create',
          ...DEMO_USER,
          passwordHash,
          at,
        },
        {
          op: 'user.create',
          ...DEMO_LEADER,
          passwordHash,
          at,
        },
        {
          op: 'link.create',
          tokenHash: hashToken(key, signIn),
          purpose: 'sign_in',
          username: USERNAME,
          at,
          expiresAt: at + LINK_MS,
        },
        ...devices.map(({ device, username, clientId, password }): AccountChange => {
          return {
            op: 'credential.create',
            username,
            clientId,
            site: registry.site,
            device,
            tokenHash: hashToken(key, password),
            at,
          };
        }),
      ];
      await ledger.commit({ at: begin, registry: [registry], accounts });
    },
  };
}
