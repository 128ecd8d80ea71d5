import { expect, test } from 'vitest';
import { outbox, type Kept, type Shelf } from '../../../dashboard/client/record/outbox.ts';

const NOW = Date.parse('2026-11-24T07:42:00Z');
const PLACE = { site: 'mine-a', area: 'men' };

/** A browser's storage, which may be full. */
function shelf(limit = Infinity): Shelf & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem(name, text) {
      if (items.size >= limit) throw new DOMException('full', 'QuotaExceededError');
      items.set(name, text);
    },
    removeItem: (name) => void items.delete(name),
  };
}

function form(key: string, changes: Partial<Kept> = {}): Kept {
  const checks = { odour: 'none', clarity: null, showerFirst: null, waterChange: null, disinfection: null } as const;
  const shift = { day: '2026-11-24', from: '14:00' };
  const body = { key: key.padEnd(16, '0'), shift, checks, note: null, corrects: null };
  return { ...PLACE, body, at: NOW, state: 'draft', refused: null, ...changes };
}

test('a form is found again after the page was closed, by its shift', () => {
  const storage = shelf();
  expect(outbox(storage, () => NOW).keep(form('a'))).toBe(true);
  const again = outbox(storage, () => NOW + 3_600_000);
  expect(again.find(PLACE, { day: '2026-11-24', from: '14:00' })).toEqual(form('a'));
  expect(again.find(PLACE, { day: '2026-11-24', from: '06:00' })).toBeUndefined();
  expect(again.find({ ...PLACE, area: 'women' }, { day: '2026-11-24', from: '14:00' })).toBeUndefined();
  again.drop(form('a').body.key);
  expect(again.all()).toEqual([]);
});

test('forms come in the order in which they were kept; what is broken, foreign or forgotten is passed over', () => {
  const storage = shelf();
  const box = outbox(storage, () => NOW);
  box.keep(form('b', { at: NOW - 5 }));
  box.keep(form('a', { at: NOW - 9, state: 'waiting' }));
  box.keep(form('old', { at: NOW - 61 * 86_400_000 }));
  storage.items.set('fw.shift.broken', '{"site":');
  storage.items.set('fw.shift.other', '{"site":"mine-a","body":{}}');
  storage.items.set('fw.language', '"en"');
  expect(box.all().map(({ body }) => body.key[0])).toEqual(['a', 'b']);
  expect([...storage.items.keys()].sort()).toEqual(
    ['fw.language', `fw.shift.${form('a').body.key}`, `fw.shift.${form('b').body.key}`].sort(),
  );
});

test('a browser that keeps nothing says so', () => {
  expect(outbox(shelf(0), () => NOW).keep(form('a'))).toBe(false);
});
