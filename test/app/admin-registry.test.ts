import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoSiteFile } from '../../simulators/demo.ts';
import { adminBench } from './admin-deps.ts';

let bench: Awaited<ReturnType<typeof adminBench>>;
beforeEach(async () => {
  bench = await adminBench();
});
afterEach(() => bench.remove());

const FILE = 'site.yaml';
const demo = demoSiteFile().text;
const warmer = demo.replace('standard: base.dormitory, low: 25', 'standard: base.dormitory, low: 26');
const shrunk = demo.replace(/^ {2}- .*dorm-308.*\n/gm, '');

const importing = (text: string, ...options: string[]) =>
  bench.run(['registry', 'import', FILE, ...options], { files: { [FILE]: text } });
const stored = () => bench.reader.registries().map(({ site }) => site);

test('a new site is created, and every part of it is listed', async () => {
  const { code, out } = await importing(demo);
  expect(code).toBe(0);
  expect(out).toContain('+ point mens-pool');
  expect(out).toContain('caozhuang was created.');
  expect(stored()).toEqual(['caozhuang']);
});

test('a dry run shows the same difference and changes nothing', async () => {
  const dry = await importing(demo, '--dry-run');
  expect(dry.code).toBe(0);
  expect(dry.out).toContain('dry run: nothing was changed');
  expect(stored()).toEqual([]);
  const real = await importing(demo);
  expect(real.out.split('\n\n')[0]).toBe(dry.out.split('\n\n')[0]);
});

test('an export reads back to the same registry', async () => {
  await importing(demo);
  const exported = await bench.run(['registry', 'export', 'caozhuang']);
  expect(exported.code).toBe(0);
  const again = await importing(exported.out);
  expect(again.out).toContain('nothing to change');
  // To a file it is the same text, without what npm writes around it.
  const { out, written } = await bench.run(['registry', 'export', 'caozhuang', 'mine.yaml']);
  expect(written).toEqual({ 'mine.yaml': exported.out });
  expect(out).toBe('mine.yaml holds the registry of caozhuang now.\n');
});

test('a changed limit is one line', async () => {
  await importing(demo);
  const { out } = await importing(warmer, '--dry-run');
  expect(out.split('\n\n')[0]).toMatch(/^~ override base\.dormitory: low 25 → 26$/);
});

test('what the file leaves out is taken away, and said so', async () => {
  await importing(demo);
  const { out } = await importing(shrunk);
  expect(out).toContain('- point dorm-308');
  expect(out).toContain('- device dorm-308');
  expect(bench.reader.registries()[0]?.points.some(({ id }) => id === 'dorm-308')).toBe(false);
});

test('an import raises the revision that a running server looks at', async () => {
  const before = bench.reader.registryRevision();
  await importing(demo);
  expect(bench.reader.registryRevision()).toBeGreaterThan(before);
});

test.each([
  ['a misspelt role', demo.replace('role: pool }', 'role: poool }'), /line \d+, points\[0\]\.role: .*pool/],
  [
    'a point in no area',
    demo.replace('{ id: mens-pool, area: mens-bath', '{ id: mens-pool, area: mens-bth'),
    /line \d+, points\[0\]\.area/,
  ],
  ['broken YAML', 'site: [', /line 1/],
  ['an empty file', '', /site\.yaml cannot be imported/],
])('%s is refused with line and key, and nothing is changed', async (_, text, message) => {
  const { code, out, err } = await importing(text);
  expect(code).toBe(1);
  expect(err).toContain('Nothing was changed.');
  expect(err).toMatch(message);
  expect(out).toBe('');
  expect(stored()).toEqual([]);
});

test('names that would steer the terminal are shown harmlessly', async () => {
  const { code, out } = await importing(demo.replace('zh: 大池', 'zh: "\\e[2J大池"'), '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('[2J大池');
  expect(out).not.toContain('\u001b');
});

test('a file that is not there and a site that is not there are told', async () => {
  expect((await bench.run(['registry', 'import', 'no.yaml'])).err).toContain('no.yaml');
  await importing(demo);
  const { code, err } = await bench.run(['registry', 'export', 'caozhang']);
  expect(code).toBe(1);
  expect(err).toContain('There is no site caozhang. There is caozhuang.');
});
