import { fileURLToPath } from 'node:url';

// Plain JavaScript on purpose: an old Node must be able to read this file to say that it is too old.
const NEEDED = 26;
const found = process.versions.node;

if (Number(found.split('.')[0]) < NEEDED) {
  console.error(
    `Facility Watch needs Node ${NEEDED} or newer, and this is Node ${found}.\n` +
      'npm install brings the right one along (the package "node"). It is missing when its install script was not allowed to run,\n' +
      'as with --ignore-scripts. Run "npm rebuild node --ignore-scripts=false", then start again with npm: npm start, npm run demo.',
  );
  process.exit(1);
}

// What was compiled for one start serves the next: quicker, and the compiler of types stays out of memory. Where nothing
// can be written it does without.
const { enableCompileCache } = await import('node:module');
const compiled = fileURLToPath(new URL('../.cache/compile', import.meta.url));
enableCompileCache(compiled);
// Of threads and further processes, which do not inherit it otherwise.
process.env.NODE_COMPILE_CACHE ??= compiled;

if (process.argv[2] === 'simulate') {
  // A program of its own, which knows nothing of the system and loads nothing of it.
  process.argv.splice(2, 1);
  await import('../simulators/main.ts');
} else {
  const { main } = await import('../main.ts');
  await main(process.argv.slice(2));
}
