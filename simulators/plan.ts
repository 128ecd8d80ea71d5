import type { LocalText } from '../contract/ids.ts';
import type { Window } from './calendar.ts';

/** One bathhouse: pool, showers, hall, changing room, fan and plant, with five devices. */
export interface HousePlan {
  /** Begins the ids of its areas, points and devices, such as `mens`. */
  readonly id: string;
  readonly name: LocalText;
  readonly showers: number;
}

export type DoorUse = 'bath' | 'gate' | 'always';

export interface NamedPlan {
  readonly id: string;
  readonly name: LocalText;
}

export interface DoorPlan extends NamedPlan {
  /** Whose people go through it. */
  readonly use: DoorUse;
}

/** A site of so many devices, in blocks that are each like a small mine. */
export interface SitePlan {
  readonly site: string;
  readonly timezone: string;
  readonly bathHours: readonly Window[];
  readonly gateHours: readonly Window[];
  readonly blocks: readonly BlockPlan[];
}

export interface BlockPlan {
  /** Begins ids where there are several blocks: empty for the first. */
  readonly prefix: string;
  readonly number: number;
  readonly houses: readonly HousePlan[];
  readonly rooms: readonly NamedPlan[];
  readonly terminals: readonly NamedPlan[];
  readonly doors: readonly DoorPlan[];
}

/** Devices of a whole block: two bathhouses of five, eight rooms, four terminals, six doors. */
export const BLOCK_DEVICES = 28;
const HOUSE_DEVICES = 5;

/** A mine in three shifts bathes after each; one real bathhouse opens just so. In minutes of the day. */
const BATH_HOURS: readonly Window[] = [
  { from: 360, to: 660 },
  { from: 840, to: 1_140 },
  { from: 1_380, to: 60 },
];
/** People come up and go down around the same hours. */
const GATE_HOURS: readonly Window[] = [
  { from: 360, to: 540 },
  { from: 840, to: 1_020 },
  { from: 1_320, to: 1_410 },
];

const HOUSES: readonly HousePlan[] = [
  { id: 'mens', name: { zh: '男浴', en: "Men's bath" }, showers: 4 },
  { id: 'womens', name: { zh: '女浴', en: "Women's bath" }, showers: 3 },
];
const DOORS: readonly DoorPlan[] = [
  { id: 'mens-door', name: { zh: '男浴入口门', en: "Men's bath entrance" }, use: 'bath' },
  { id: 'womens-door', name: { zh: '女浴入口门', en: "Women's bath entrance" }, use: 'bath' },
  { id: 'lamp-door', name: { zh: '矿灯房门', en: 'Lamp room door' }, use: 'gate' },
  { id: 'dormitory-door', name: { zh: '宿舍楼门', en: 'Dormitory entrance' }, use: 'always' },
  { id: 'canteen-door', name: { zh: '食堂后门', en: 'Canteen back door' }, use: 'always' },
  { id: 'plant-door', name: { zh: '机房门', en: 'Plant room door' }, use: 'always' },
];

export interface PlanOptions {
  readonly site: string;
  /** 1 to 5,000; a block has 28. */
  readonly devices: number;
  readonly timezone?: string;
  /** Whole hours by which the shifts are later. */
  readonly shift?: number;
}

export function planSite({ site, devices, timezone = 'Asia/Shanghai', shift = 0 }: PlanOptions): SitePlan {
  const later = ({ from, to }: Window) => ({ from: minute(from + 60 * shift), to: minute(to + 60 * shift) });
  const blocks: BlockPlan[] = [];
  for (let left = devices; left > 0; left -= BLOCK_DEVICES)
    blocks.push(planBlock(blocks.length + 1, Math.min(left, BLOCK_DEVICES)));
  return { site, timezone, bathHours: BATH_HOURS.map(later), gateHours: GATE_HOURS.map(later), blocks };
}

function minute(of: number): number {
  return ((of % 1_440) + 1_440) % 1_440;
}

/** Of a block that is not whole, bathhouses come first, then terminals, doors and rooms. */
function planBlock(number: number, devices: number): BlockPlan {
  const prefix = number === 1 ? '' : `b${number}-`;
  const named = <T extends NamedPlan>(plan: T): T => ({
    ...plan,
    id: `${prefix}${plan.id}`,
    name: inBlock(number, plan.name),
  });
  let left = devices;
  const take = <T>(all: readonly T[], each = 1): readonly T[] => {
    const taken = all.slice(0, Math.floor(left / each));
    left -= taken.length * each;
    return taken;
  };
  return {
    prefix,
    number,
    houses: take(HOUSES, HOUSE_DEVICES).map(named),
    terminals: take(count(4, (n) => ({ id: `terminal-${n}`, name: { zh: `${n} 号考勤机`, en: `Terminal ${n}` } }))).map(
      named,
    ),
    doors: take(DOORS).map(named),
    rooms: take(count(8, (n) => ({ id: `dorm-30${n}`, name: { zh: `30${n} 室`, en: `Room 30${n}` } }))).map(named),
  };
}

function count<T>(to: number, make: (n: number) => T): T[] {
  return Array.from({ length: to }, (_, index) => make(index + 1));
}

export function inBlock(number: number, { zh, en }: LocalText): LocalText {
  return number === 1 ? { zh, en } : { zh: `${number} 区${zh}`, en: `Block ${number}, ${en}` };
}
