import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CONTRACT = join(import.meta.dirname, '../../contract');
const files = readdirSync(CONTRACT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test.each(files)('contract/%s imports typebox and its neighbours only', (name) => {
  const source = readFileSync(join(CONTRACT, name), 'utf8');
  const imported = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    ([, specifier = '']) => specifier,
  );
  expect(imported.filter((specifier) => specifier !== 'typebox' && !/^\.\/[a-z]+\.ts$/.test(specifier))).toEqual([]);
});

test.each(files)('contract/%s compiles nothing and reads no clock: the browser takes it as it is', (name) => {
  const source = readFileSync(join(CONTRACT, name), 'utf8');
  expect(source).not.toMatch(/typebox\/compile|\bCompile\(|\beval\(|new Function|Date\.now|\bprocess\.|\bBuffer\b/);
});
