import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'vue/compiler-sfc';
import { QualityReason } from '../../../contract/reading.ts';
import { METRIC_NAMES } from '../../../contract/metrics.ts';
import { AreaMode, Role } from '../../../contract/registry.ts';
import { AlarmState } from '../../../contract/alarm.ts';
import { JournalEntry } from '../../../contract/api.ts';
import { UserRole } from '../../../contract/account.ts';
import { createCatalogue } from '../../../dashboard/client/i18n/catalogue.ts';
import { en } from '../../../dashboard/client/i18n/en.ts';
import { zh } from '../../../dashboard/client/i18n/zh.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLIENT = join(ROOT, 'dashboard/client');
/** `type` of a text in the compiler's tree. */
const TEXT_NODE = 2;
/** Static attributes that people read or hear. */
const READ_OUT = new Set(['title', 'aria-label', 'placeholder', 'alt']);
const CJK = /[⺀-鿿＀-￯]/;
const sources = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(vue|ts)$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(CLIENT, file), 'utf8') }));

interface Texts {
  readonly [key: string]: string | Texts;
}

function texts(node: Texts, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (typeof value === 'string') found.set(path, value);
    else for (const [inner, text] of texts(value, path)) found.set(inner, text);
  }
  return found;
}
const chinese = texts(zh);
const english = texts(en);
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

test('both languages have exactly the same texts', () => {
  expect([...english.keys()]).toEqual([...chinese.keys()]);
});

test('each text takes the same values in both languages', () => {
  const taken = (all: Map<string, string>) => [...all].map(([key, text]) => [key, placeholders(text)]);
  expect(taken(english)).toEqual(taken(chinese));
});

test('no English text is Chinese but the name of the language', () => {
  expect([...english].filter(([, text]) => CJK.test(text)).map(([key]) => key)).toEqual(['language.zh-CN']);
});

test('no text stands in a template or a program: all are in the catalogues', () => {
  const offenders = sources
    .filter(({ file }) => !file.startsWith('i18n'))
    .map(({ file, text }) => ({ file, text: text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|<!--[\s\S]*?-->/g, '') }))
    .filter(({ text }) => CJK.test(text))
    .map(({ file }) => file);
  expect(offenders).toEqual([]);
});

/** Texts of a template as a reader sees them: between tags, and in the attributes that are read out. */
function written(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const children = 'children' in node && Array.isArray(node.children) ? node.children : [];
  const props = 'props' in node && Array.isArray(node.props) ? node.props : [];
  const own = 'type' in node && node.type === TEXT_NODE && 'content' in node ? [String(node.content)] : [];
  const read = props.flatMap((prop: unknown) =>
    typeof prop === 'object' && prop !== null && 'name' in prop && READ_OUT.has(String(prop.name)) && 'value' in prop
      ? written({ type: TEXT_NODE, content: JSON.stringify(prop.value) })
      : [],
  );
  if ('tag' in node && node.tag === 'code') return [];
  return [...own, ...read, ...children.flatMap(written)];
}

test('no English sentence stands in a template', () => {
  const words = sources
    .filter(({ file }) => file.endsWith('.vue'))
    .flatMap(({ file, text }) =>
      written(parse(text).descriptor.template?.ast)
        .filter((content) => /[A-Za-z]{3,}/.test(content))
        .map((content) => `${file}: ${content.trim()}`),
    );
  // The product's English name, beside the Chinese one.
  expect(words).toEqual(['components/EntryFrame.vue: Facility Watch']);
});

test('every text that is asked for by name exists', () => {
  const asked = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/\bt\(\s*'([\w.-]+)'/g), ...text.matchAll(/\?\s*'(\w+\.\w+)'\s*:\s*'(\w+\.\w+)'/g)].flatMap(
      ([, ...keys]) => keys.map((key) => ({ file, key })),
    ),
  );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter(({ key }) => !chinese.has(key))).toEqual([]);
});

test.each([
  ['metric', METRIC_NAMES],
  ['reason', QualityReason.enum],
  ['mode', AreaMode.enum],
  ['pointRole', Role.enum],
  ['alarm.state', AlarmState.enum],
  ['role', UserRole.enum],
  ['journal', JournalEntry.properties.what.enum],
] as const)('every %s of the contract has its word', (group, names) => {
  for (const name of names) expect(chinese.has(`${group}.${name}`), `${group}.${name}`).toBe(true);
});

test('everything that the journal is told of has its word', () => {
  const told = ['ingest', 'dashboard/server', 'app']
    .flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)),
    )
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(
        // What was done, such as `wall.revoked`; that a token is used is written elsewhere.
        /'((?:user|session|token|wall|channel|registry|history|quarantine|credential|shift|sheet)\.(?!used')[a-z_]*ed)'/g,
      ),
    ])
    .map(([, kind = '']) => `auditPage.kind.${kind.replace('.', '_')}`);
  expect(new Set(told).size).toBeGreaterThan(20);
  expect([...new Set(told)].filter((key) => !chinese.has(key))).toEqual([]);
});

test.each(['zh-CN', 'en'] as const)('every message of %s can be formatted', (language) => {
  const { global } = createCatalogue(language);
  for (const [key, text] of language === 'en' ? english : chinese) {
    const values = Object.fromEntries(placeholders(text).map((name) => [name.slice(1, -1), '7']));
    const formatted = global.t(key, values);
    expect(formatted).not.toBe('');
    expect(formatted).not.toMatch(/[{}|]/);
  }
});

test('nothing is put into a page as HTML', () => {
  expect(
    sources
      .filter(({ text }) => /v-html|innerHTML|insertAdjacentHTML|document\.write/.test(text))
      .map(({ file }) => file),
  ).toEqual([]);
});
