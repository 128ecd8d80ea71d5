/** One thing that breaks or is mended. */
export type Change =
  | { readonly kind: 'heater'; readonly house: House; readonly failed: boolean }
  /** `outlet` counts from 1. */
  | { readonly kind: 'valve'; readonly house: House; readonly outlet: number; readonly failed: boolean }
  | { readonly kind: 'door'; readonly device: string; readonly forced: boolean }
  | { readonly kind: 'terminal'; readonly device: string; readonly frozen: boolean }
  /** The device loses power: its connection breaks without a word. */
  | { readonly kind: 'power'; readonly device: string; readonly off: boolean };

export type House = 'mens' | 'womens';

export interface Scene {
  /** Seconds after the beginning of the cycle. */
  readonly at: number;
  readonly change: Change;
}

/** What happens, over and over. */
export interface Story {
  /** Seconds of one cycle. */
  readonly cycle: number;
  /** True from the first moment. */
  readonly opening: readonly Change[];
  /** In order of time. */
  readonly scenes: readonly Scene[];
}

/**
 * Ten minutes that begin in the middle: the heater failed before anybody looked, and the pool is about to leave its
 * band. Five faults come and go within the first six minutes; then it is calm, but for the heater, which fails again
 * at 400 s so that the next cycle begins like the first.
 */
export const DEMO_STORY: Story = {
  cycle: 600,
  opening: [{ kind: 'heater', house: 'mens', failed: true }],
  scenes: [
    { at: 10, change: { kind: 'door', device: 'lamp-door', forced: true } },
    { at: 60, change: { kind: 'valve', house: 'womens', outlet: 2, failed: true } },
    { at: 85, change: { kind: 'terminal', device: 'terminal-3', frozen: true } },
    { at: 120, change: { kind: 'valve', house: 'womens', outlet: 2, failed: false } },
    { at: 150, change: { kind: 'heater', house: 'mens', failed: false } },
    { at: 170, change: { kind: 'power', device: 'womens-climate', off: true } },
    { at: 200, change: { kind: 'door', device: 'lamp-door', forced: false } },
    { at: 230, change: { kind: 'terminal', device: 'terminal-3', frozen: false } },
    { at: 320, change: { kind: 'power', device: 'womens-climate', off: false } },
    { at: 400, change: { kind: 'heater', house: 'mens', failed: true } },
  ],
};

/** Changes that fall due after `from` and up to `to`, in seconds since the start, in order. */
export function changesBetween(story: Story, from: number, to: number): Change[] {
  const due: Change[] = [];
  const first = Math.max(0, Math.floor(from / story.cycle));
  for (let cycle = first; cycle * story.cycle <= to; cycle++) {
    for (const { at, change } of story.scenes) {
      const moment = cycle * story.cycle + at;
      if (moment > from && moment <= to) due.push(change);
    }
  }
  return due;
}
