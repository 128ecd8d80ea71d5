import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MUTANTS } from './faults/index.ts';
import { applyEdit, EditMismatch } from './mutant.ts';
import { verdictsOf } from './verdict.ts';

const ROOT = join(import.meta.dirname, '..', '..');

test('every fault has a name of its own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test.each(MUTANTS)('$name fits the code as it is, and its tests are there', ({ edits, tests }) => {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(ROOT, edit.file), 'utf8');
    const mutated = applyEdit(text, edit);
    expect(mutated).not.toBe(text);
    texts.set(edit.file, mutated);
  }
  for (const file of tests) expect(existsSync(join(ROOT, file)), file).toBe(true);
});

describe('an edit', () => {
  const edit = { file: 'a.ts', from: 'if (full) return;', to: '' };

  test('finds its text however the lines are broken', () => {
    expect(applyEdit('before;\nif (full)\n  return;\nafter;', edit)).toBe('before;\n\nafter;');
  });

  test('puts its replacement in as it stands, dollar signs too', () => {
    expect(applyEdit('if (full) return;', { ...edit, to: '`${$&}`' })).toBe('`${$&}`');
  });

  test.each([
    ['if (empty) return;', 'is not in it any more'],
    ['if (full) return; if (full) return;', 'stands 2 times in it'],
  ])('of %j is refused: the text %s', (text, message) => {
    expect(() => applyEdit(text, edit)).toThrow(EditMismatch);
    expect(() => applyEdit(text, edit)).toThrow(message);
  });
});

describe('a test file is', () => {
  const result = (status: string, ...failureMessages: string[]) => ({ fullName: 'it holds', status, failureMessages });
  const verdict = (status: string, assertionResults: unknown[], message = '') =>
    verdictsOf({ testResults: [{ name: '/copy/test/a.test.ts', status, message, assertionResults }] }, '/copy').get(
      'test/a.test.ts',
    );

  test('red when a test of it failed', () => {
    const failed = result('failed', 'AssertionError: expected 1 to be 2\n    at a.test.ts:1');
    expect(verdict('failed', [result('passed'), failed])).toEqual({
      colour: 'red',
      test: 'it holds',
      message: 'AssertionError: expected 1 to be 2',
    });
  });

  test('green when all of it passed, skipped when none of it was run', () => {
    expect(verdict('passed', [result('passed'), result('skipped')])).toEqual({ colour: 'green' });
    expect(verdict('passed', [result('skipped')])).toEqual({ colour: 'skipped' });
  });

  test.each([
    ['it could not be loaded', [], "Error: Cannot find module './b.ts'"],
    ['its code could not be read', [result('failed', 'SyntaxError: Unexpected token')], ''],
    ['its code names what is not there', [result('failed', 'ReferenceError: x is not defined')], ''],
  ])('neither when %s', (_, results, message) => {
    expect(verdict('failed', results, message)).toMatchObject({ colour: 'broken' });
  });
});
