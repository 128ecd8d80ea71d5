// Makes what InfluxDB and Facility Watch have to know of each other, once: random, in files that only those two read.
// Usage: node deploy/make-secrets.mjs FOLDER
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node deploy/make-secrets.mjs FOLDER');
  process.exit(2);
}

for (const [name, bytes] of [
  ['influx-token', 48],
  ['influx-password', 24],
]) {
  const file = join(folder, name);
  if (existsSync(file)) continue;
  // Written aside and linked: a start that is cut off leaves no half of one behind, and none is ever replaced.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(bytes).toString('base64url'), { mode: 0o440, flag: 'wx' });
  linkSync(draft, file);
  rmSync(draft);
  console.log(`made ${file}`);
}
