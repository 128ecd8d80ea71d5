import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it stands, one line each: of everything, or of its colours alone. */
export async function violations(page: Page, of: 'everything' | 'colours' = 'everything'): Promise<string[]> {
  const rules = of === 'colours' ? { runOnly: ['color-contrast'] } : { rules: { 'target-size': { enabled: true } } };
  // Nobody reads what passed, and no rule that is on looks into style sheets.
  const options = { ...rules, resultTypes: ['violations'], preload: false };
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(AXE);
  const found: unknown = await page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? ''))))`);
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}
