/** A block, or a part of one, that this program cannot read. */
export class BlockUnreadable extends Error {
  override readonly name = 'BlockUnreadable';
}
