import type { HandMode } from '../../contract/modes.ts';
import { filled, type RegisterWords } from './register.ts';

/** Characters of `2026-`. */
const YEAR = 5;

/** `排空 11-26 08:10 至 11-27 12:00，换循环泵，夜班值班 设` */
export function modeText(
  { mode, since, until, reason, post: by }: HandMode,
  { texts: { sheet }, minute }: RegisterWords,
): string {
  const [from, to] = [minute(since).slice(YEAR), minute(until).slice(YEAR)];
  return filled(sheet.modeOf, { mode: sheet.mode[mode], from, to, reason, by });
}
