import type { QuarantineCode, QuarantineReason } from '../../contract/quarantine.ts';
import { quoted } from './path.ts';

/** More parts of one message than this are not named one by one: a poison message must not fill the disk. */
export const MOST_REASONS = 100;

/** Collects what of one message could not be used. */
export interface Rejections {
  add(code: QuarantineCode, path: string, detail: string): void;
  all(): readonly QuarantineReason[];
}

export function createRejections(): Rejections {
  const reasons: QuarantineReason[] = [];
  let unnamed = 0;
  return {
    add(code, path, detail) {
      if (reasons.length < MOST_REASONS) reasons.push({ code, path, detail });
      else unnamed += 1;
    },
    all() {
      if (unnamed === 0) return reasons;
      const detail = `${unnamed} more parts of this message could not be used either`;
      return [...reasons, { code: 'wrong_shape', path: '$[*]', detail }];
    },
  };
}

/** What was found, for a sentence. `confidential`: its type only. */
export function found(value: unknown, { confidential }: { confidential: boolean }): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'string':
      return confidential ? 'a text' : `the text ${quoted(value, 40)}`;
    case 'number':
      return confidential ? 'a number' : `the number ${value}`;
    case 'boolean':
      return confidential ? 'a boolean' : String(value);
    default:
      return 'an object';
  }
}
