import type { SpoiltBlock } from './stored.ts';

/** Hours that were reported and are remembered: a chart asks for the same ones again and again. */
const REMEMBERED = 10_000;

/** Hands on each block that is set aside, and each that queries pass over once. */
export function spoiltReport(onSpoilt: (block: SpoiltBlock) => void = () => {}) {
  const passedOver = new Set<string>();
  /** Returns those that it handed on. */
  return (blocks: readonly SpoiltBlock[]): readonly SpoiltBlock[] =>
    blocks.filter((block) => {
      const key = `${block.series}|${block.hour}|${block.computed ?? false}`;
      if (!block.setAside && passedOver.has(key)) return false;
      // Set aside, the hour may be spoilt anew.
      if (block.setAside) passedOver.delete(key);
      else if (passedOver.size < REMEMBERED) passedOver.add(key);
      onSpoilt(block);
      return true;
    });
}
