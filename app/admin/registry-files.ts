import { loadCatalogue } from '../../ingest/standards/catalogue.ts';
import { diffRegistry, renderDifference } from '../../ingest/standards/registry-diff.ts';
import { formatRegistry, parseRegistry, renderProblem } from '../../ingest/standards/registry-file.ts';
import type { AdminDeps } from './ports.ts';

/** Registry files as the commands read, write and compare them. */
export const registryFiles: Pick<AdminDeps, 'parseRegistry' | 'formatRegistry' | 'diffRegistry'> = {
  parseRegistry({ text }) {
    const parsed = parseRegistry(text, loadCatalogue());
    return 'registry' in parsed ? parsed : { problems: parsed.problems.map(renderProblem) };
  },
  formatRegistry,
  diffRegistry: (before, after) => diffRegistry(before, after).map(renderDifference),
};
