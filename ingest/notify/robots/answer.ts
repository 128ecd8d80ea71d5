import type { DeliveryProblem } from '../../../contract/channel.ts';
import type { Judgement } from '../types.ts';

export const DELIVERED: Judgement = { delivered: true, problem: null, code: '0' };
export const GARBLED: Judgement = { delivered: false, problem: 'garbled', code: null };

export type AnswerFields = Readonly<Record<string, unknown>>;

/** The answer as an object of JSON; undefined for anything else. */
export function objectOf(body: string): AnswerFields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function refused(problem: DeliveryProblem, code: unknown): Judgement {
  return { delivered: false, problem, code: String(code).slice(0, 40) };
}

export interface Reason {
  readonly problem: DeliveryProblem;
  readonly codes: readonly number[];
  /** For codes that say several things: what the text beside it has. */
  readonly says?: RegExp;
}

/** A robot's own code: 0 is delivered, one that is no number is no answer of a robot. */
export function judgeCode(code: unknown, text: unknown, reasons: readonly Reason[]): Judgement {
  if (typeof code !== 'number') return GARBLED;
  if (code === 0) return DELIVERED;
  const said = typeof text === 'string' ? text : '';
  const reason = reasons.find(({ codes, says }) => codes.includes(code) && (says === undefined || says.test(said)));
  return refused(reason?.problem ?? 'rejected', code);
}
