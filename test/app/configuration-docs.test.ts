import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG_KEYS, configKeys, type KeySpec } from '../../app/config-keys.ts';
import { describeKind } from '../../app/config-value.ts';
import { DEMO_USAGE } from '../../app/demo.ts';

const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

function rows(heading: string): string[][] {
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('the documentation lists every key with its default, meaning and values, and no other', () => {
  const expected = configKeys().map((key) => {
    const spec: KeySpec = CONFIG_KEYS[key];
    return [`\`${key}\``, spec.default === null ? '—' : `\`${spec.default}\``, spec.about, describeKind(spec.accepts)];
  });
  expect(rows('Keys')).toEqual(expected);
});

test('the documentation lists every option of the demo', () => {
  const options = [...DEMO_USAGE.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(rows('The demo').map(([option]) => option?.replace(/[` ]|[A-Z]+/g, ''))).toEqual(options);
});
