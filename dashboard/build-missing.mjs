// Builds the browser client when it is missing or older than its sources. Without the build tools (a production install
// without devDependencies) what is there is used as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUILT = join(ROOT, 'dist', 'client', 'index.html');
const VITE = join(ROOT, 'node_modules', 'vite', 'package.json');

function newest(folder) {
  return readdirSync(folder, { recursive: true }).reduce(
    (time, name) => Math.max(time, statSync(join(folder, name)).mtimeMs),
    0,
  );
}

const sources = ['dashboard/client', 'dashboard/words', 'contract'].map((folder) => join(ROOT, folder));
const stale =
  !existsSync(BUILT) || sources.some((folder) => existsSync(folder) && newest(folder) > statSync(BUILT).mtimeMs);
if (stale && existsSync(VITE)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
