import { crc32, zstdDecompressSync } from 'node:zlib';
import { BlockUnreadable } from './unreadable.ts';

/*
 * The head of a block:
 *
 *   byte 0   version
 *   4 bytes  CRC-32 of all that follows, little-endian
 *
 * Until version 2, byte 1 was 1 where what followed was compressed with zstd; in version 2 came the sum, of that byte and
 * of what followed; version 1 had none.
 */
/** One turned bit makes it no version that was ever written: not 3, which would so become 1 and be read unchecked. */
export const VERSION = 4;
const WITH_SUM = 2;
/** A spoilt byte may go unnoticed. */
const WITHOUT_SUM = 1;
const SUM_AT = 1;
export const BODY_AT = SUM_AT + 4;
const FORMER_SUM_AT = 2;
const FORMER_BODY_AT = FORMER_SUM_AT + 4;
const ZSTD = 1;

/** Fills in the head; what follows is there already. */
export function seal(block: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  block[0] = VERSION;
  new DataView(block.buffer, block.byteOffset).setUint32(SUM_AT, crc32(block.subarray(BODY_AT)), true);
  return block;
}

/** What follows the head; `former`: as versions 1 and 2 have it. @throws BlockUnreadable, and nothing else */
export function bodyOf(block: Uint8Array): { readonly former: boolean; readonly bytes: Uint8Array } {
  const [version, kind] = block;
  if (version === VERSION) return { former: false, bytes: checked(block, { sumAt: SUM_AT, bodyAt: BODY_AT, from: 0 }) };
  if (version !== WITH_SUM && version !== WITHOUT_SUM)
    throw new BlockUnreadable(`A block of readings has version ${version}, this program knows up to ${VERSION}.`);
  const packed =
    version === WITHOUT_SUM
      ? block.subarray(FORMER_SUM_AT)
      : checked(block, { sumAt: FORMER_SUM_AT, bodyAt: FORMER_BODY_AT, from: kind ?? 0 });
  try {
    return { former: true, bytes: kind === ZSTD ? zstdDecompressSync(packed) : packed };
  } catch (error) {
    throw new BlockUnreadable('A block of readings is spoilt.', { cause: error });
  }
}

function checked(
  block: Uint8Array,
  { sumAt, bodyAt, from }: { sumAt: number; bodyAt: number; from: number },
): Uint8Array {
  if (block.length < bodyAt) throw new BlockUnreadable('A block of readings is cut off.');
  const body = block.subarray(bodyAt);
  const sum = new DataView(block.buffer, block.byteOffset).getUint32(sumAt, true);
  if (sum !== crc32(body, from)) throw new BlockUnreadable('A block of readings is spoilt: its check sum is another.');
  return body;
}
