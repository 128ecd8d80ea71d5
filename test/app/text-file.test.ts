import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AdminError } from '../../app/admin/ports.ts';
import { readTextFile, writeTextFile } from '../../app/admin/text-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'text-file-'));
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string) => join(dir, name);

const saidOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof AdminError) return error.message;
    throw error;
  }
  return 'nothing';
};

test('a file that cannot be read says which one and why', () => {
  writeFileSync(at('utf16.yaml'), Buffer.from('\ufeffsite: mine', 'utf16le'));
  writeFileSync(at('gbk.yaml'), Buffer.from([0xd4, 0xa1, 0xca, 0xd2]));
  expect(saidOf(() => readTextFile(at('none.yaml')))).toBe(
    `${at('none.yaml')} cannot be read: there is no such file or folder`,
  );
  expect(saidOf(() => readTextFile(dir))).toBe(`${dir} cannot be read: it is a folder; name a file`);
  expect(saidOf(() => readTextFile(join(at('gbk.yaml'), 'x')))).toContain('a part of this path is a file');
  for (const name of ['utf16.yaml', 'gbk.yaml']) {
    expect(saidOf(() => readTextFile(at(name)))).toBe(`${at(name)} is not UTF-8 text: save it with the encoding UTF-8`);
  }
});

test('a file from Notepad, with its byte order mark, reads as without it', () => {
  writeFileSync(at('mark.yaml'), '\ufeffsite: 矿');
  expect(readTextFile(at('mark.yaml'))).toBe('site: 矿');
});

test('a file that cannot be written says why', () => {
  writeTextFile(at('out.yaml'), '矿');
  expect(readFileSync(at('out.yaml'), 'utf8')).toBe('矿');
  expect(saidOf(() => writeTextFile(at('no/out.yaml'), ''))).toBe(
    `${at('no/out.yaml')} cannot be written: there is no such file or folder`,
  );
});
