import { homedir } from 'node:os';
import { join } from 'node:path';

/** Programs that tests and the bench run beside ours, fetched or built once: outside the tree, for every clone of it. */
export const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'facility-watch');
