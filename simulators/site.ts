import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Id of the demo mine, as in its registry. */
export const DEMO_SITE = 'caozhuang';

const FILE = fileURLToPath(new URL('./demo-site.yaml', import.meta.url));

/** The registry file of the demo mine, for the importer that real sites use too. */
export function demoSiteFile(): { path: string; text: string } {
  return { path: FILE, text: readFileSync(FILE, 'utf8') };
}
