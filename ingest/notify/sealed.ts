import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { StoredChannel } from '../stores/ledger/channels.ts';
import type { Seal } from '../stores/ledger/seal.ts';
import type { Channel } from './types.ts';

const Opened = Compile(Type.Object({ address: Type.String(), secret: Type.Union([Type.String(), Type.Null()]) }));

type Place = Pick<StoredChannel, 'site' | 'id'>;

/** Sealed for this one channel: in another's row it cannot be opened. */
const placeOf = ({ site, id }: Place) => `channel/${site}/${id}`;

export function sealChannel(seal: Seal, place: Place, opened: NonNullable<Channel['opened']>): Uint8Array {
  return seal.close(JSON.stringify(opened), placeOf(place));
}

export function openChannel(seal: Seal, stored: StoredChannel): Channel {
  const text = seal.open(stored.sealed, placeOf(stored));
  const opened: unknown = text === undefined ? null : JSON.parse(text);
  return { ...stored, opened: Opened.Check(opened) ? opened : null };
}
