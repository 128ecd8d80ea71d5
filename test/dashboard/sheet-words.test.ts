import { expect, test } from 'vitest';
import { record as recordEn } from '../../dashboard/client/i18n/en/record.ts';
import { record as recordZh } from '../../dashboard/client/i18n/zh/record.ts';
import { sheet as sheetEn } from '../../dashboard/client/i18n/en/sheet.ts';
import { sheet as sheetZh } from '../../dashboard/client/i18n/zh/sheet.ts';
import { SHEET_WORDS } from '../../dashboard/server/sheet/words.ts';

test.each([
  ['zh', recordZh, sheetZh],
  ['en', recordEn, sheetEn],
] as const)('files of the register name findings and reasons as the page does, in %s', (language, record, sheet) => {
  const words = SHEET_WORDS[language];
  expect(words.item).toEqual(record.item);
  expect(words.choice).toEqual(record.choice);
  expect(words.notChecked).toBe(record.notChecked);
  expect(words.what).toEqual(sheet.what);
  // In a table of its own a reason begins a cell, on the page it ends a sentence.
  const lower = (reasons: object) => JSON.stringify(reasons).toLowerCase();
  if (language === 'zh') expect(lower(words.reason)).toBe(lower(sheet.reason));
});
