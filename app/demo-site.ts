import { deviceUsername } from '../contract/topics.ts';
import { passwordHasher } from '../dashboard/server/password.ts';
import { hashToken, newToken } from '../ingest/stores/ledger/tokens.ts';
import type { AccountChange } from '../ingest/stores/ledger/types.ts';
import type { Stores } from '../ingest/stores/open.ts';
import { demoSiteFile } from '../simulators/site.ts';
import { registryFiles } from './admin/registry-files.ts';
import type { SimulatorCredential } from './demo.ts';
import { StartError } from './start-error.ts';

const LINK_MS = 24 * 3_600_000;
const USERNAME = 'demo';

/** The demo's registry, account and device credentials: made fresh at each start, known to nobody else. */
export function demoStores({ now }: { now: () => number }) {
  const file = registryFiles.parseRegistry(demoSiteFile());
  if ('problems' in file) throw new StartError(`The demo's own registry is broken:\n${file.problems.join('\n')}`);
  const { registry } = file;
  const signIn = newToken();
  const devices = registry.devices.map(({ id }): SimulatorCredential => {
    const username = deviceUsername({ site: registry.site, device: id });
    return { device: id, username, clientId: username, password: newToken() };
  });

  return {
    credentials: () => ({ site: registry.site, devices }),
    signInToken: () => signIn,
    async prepare({ ledger, key }: Stores): Promise<void> {
      const at = now();
      // Nobody knows this password: the link is the way in.
      const passwordHash = await passwordHasher().hash(newToken());
      const accounts: AccountChange[] = [
        {
          op: 'user.create',
          username: USERNAME,
          post: '演示值班 / Demo desk',
          role: 'administrator',
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
      await ledger.commit({ at, registry: [registry], accounts });
    },
  };
}
