import { readArguments } from './arguments.ts';
import { auditRow } from './audit-row.ts';
import { noSuchSite } from './credentials.ts';
import { AdminError, type AdminDeps } from './ports.ts';
import { printable } from './printable.ts';
import { withLedger } from './users.ts';

/** To a file of ours: npm writes a heading in front of what a shell redirects, and some shells another encoding. */
export async function exportRegistry(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const [site = '', path] = readArguments(argv, { words: ['SITE', 'FILE'], needed: 1 }).words;
  await withLedger(deps, ({ reader }) => {
    const registries = reader.registries();
    const registry = registries.find((one) => one.site === site);
    if (registry === undefined) throw noSuchSite(site, registries);
    const text = deps.formatRegistry(registry);
    if (path === undefined) return deps.out(text);
    deps.writeFile(path, text);
    deps.out(`${path} holds the registry of ${site} now.\n`);
  });
}

export async function importRegistry(argv: readonly string[], deps: AdminDeps): Promise<void> {
  const given = readArguments(argv, { words: ['FILE'], flags: ['dry-run'] });
  const path = given.words[0] ?? '';
  const file = deps.parseRegistry({ path, text: deps.readFile(path) });
  if ('problems' in file) {
    throw new AdminError(
      [`${path} cannot be imported. Nothing was changed.`, ...file.problems.map((one) => `  ${printable(one)}`)].join(
        '\n',
      ),
    );
  }
  const { registry } = file;
  await withLedger(deps, async ({ ledger, reader }) => {
    const before = reader.registries().find(({ site }) => site === registry.site);
    const difference = deps.diffRegistry(before, registry);
    if (before !== undefined && difference.length === 0) {
      deps.out(`${registry.site} is as in ${path} already: nothing to change.\n`);
      return;
    }
    deps.out(`${difference.map(printable).join('\n')}\n\n`);
    if (given.flag('dry-run')) {
      deps.out(`This was a dry run: nothing was changed. Without --dry-run, ${registry.site} becomes as above.\n`);
      return;
    }
    const at = deps.now();
    const detail = { changes: difference.length, new: before === undefined };
    await ledger.commit({
      at,
      registry: [registry],
      systemEvents: [auditRow('registry import', { at, site: registry.site, kind: 'registry.changed', detail })],
    });
    deps.out(
      `${registry.site} was ${before === undefined ? 'created' : 'changed'}. A running server takes it over within seconds.\n`,
    );
  });
}
