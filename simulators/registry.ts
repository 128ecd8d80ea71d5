import { stringify, Document, isCollection, isSeq, visit } from 'yaml';
import type { LocalText } from '../contract/ids.ts';
import type {
  AreaSpec,
  BindingSpec,
  DeviceSpec,
  HeatingSeason,
  OpeningWindow,
  PointSpec,
  SiteRegistry,
  StandardOverride,
} from '../contract/registry.ts';
import type { Window } from './calendar.ts';
import { inBlock, type BlockPlan, type HousePlan, type NamedPlan, type SitePlan } from './plan.ts';

/** Expected seconds between reports; a battery sensor sleeps between them, a door only repeats its contact. */
export const INTERVALS = { house: 60, showers: 30, room: 600, terminal: 60, door: 300 } as const;
const DOOR_SILENCE = 3 * INTERVALS.door;
const TERMINAL_SILENCE = 3 * INTERVALS.terminal;

/** What a site that is simulated says of itself, and changes about the standards. */
export interface RegistryExtras {
  readonly name: LocalText;
  readonly notice: LocalText;
  readonly heatingSeason?: HeatingSeason;
  readonly overrides?: readonly StandardOverride[];
}

export const SIMULATED: RegistryExtras = {
  name: { zh: '模拟矿', en: 'Simulated mine' },
  notice: { zh: '数据为模拟', en: 'The data are simulated' },
};

/** The registry of a planned site: what its devices report, where it belongs, and when it is open. */
export function registryOf(plan: SitePlan, extras: RegistryExtras = SIMULATED): SiteRegistry {
  const parts = plan.blocks.map((block) => blockParts(block, plan));
  return {
    site: plan.site,
    name: extras.name,
    timezone: plan.timezone,
    notice: extras.notice,
    ...(extras.heatingSeason === undefined ? {} : { heatingSeason: extras.heatingSeason }),
    ...(extras.overrides === undefined ? {} : { overrides: [...extras.overrides] }),
    areas: parts.flatMap(({ areas }) => areas),
    points: parts.flatMap(({ points }) => points),
    devices: parts.flatMap(({ devices }) => devices),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

/** As a file that `npm run admin -- registry import` takes: one line for each area, point, device and binding. */
export function registryText(registry: SiteRegistry, comment: string): string {
  const doc = new Document(registry, { aliasDuplicateObjects: false });
  doc.commentBefore = ` ${comment}`;
  visit(doc, {
    Map(_key, node, path) {
      if (path.length > 1) node.flow = true;
    },
    Seq(_key, node, path) {
      if (path.some((above) => isCollection(above) && isSeq(above))) node.flow = true;
    },
  });
  return stringify(doc, { lineWidth: 0 });
}

interface Parts {
  readonly areas: AreaSpec[];
  readonly points: PointSpec[];
  readonly devices: DeviceSpec[];
  readonly bindings: BindingSpec[];
}

type Place = readonly [id: string, zh: string, en: string];

function blockParts(block: BlockPlan, plan: SitePlan): Parts {
  const parts: Parts = { areas: [], points: [], devices: [], bindings: [] };
  const area = (id: string, [, zh, en]: Place, hours?: readonly Window[]) => {
    const openingHours = hours?.map(openingWindow);
    parts.areas.push({
      id,
      name: inBlock(block.number, { zh, en }),
      ...(openingHours === undefined ? {} : { openingHours }),
    });
    return id;
  };
  const { prefix } = block;
  for (const house of block.houses) {
    parts.areas.push({
      id: `${house.id}-bath`,
      name: house.name,
      openingHours: plan.bathHours.map(openingWindow),
    });
  }
  if (block.houses.length > 0) {
    const plant = area(`${prefix}plant`, ['', '热水机房', 'Hot water plant'], plan.bathHours);
    for (const house of block.houses) addHouse(parts, house, plant);
  }
  if (block.rooms.length > 0) {
    const floor = area(`${prefix}dormitory-3`, ['', '宿舍三层', 'Dormitory, 3rd floor']);
    for (const room of block.rooms) addRoom(parts, room, floor);
  }
  if (block.terminals.length > 0) {
    const gate = area(`${prefix}gate`, ['', '井口', 'Pithead gate'], plan.gateHours);
    for (const terminal of block.terminals) addTerminal(parts, terminal, gate);
  }
  if (block.doors.length > 0) {
    const grounds = area(`${prefix}doors`, ['', '场区', 'Grounds']);
    for (const door of block.doors) addDoor(parts, door, grounds);
  }
  return parts;
}

function addHouse({ points, devices, bindings }: Parts, { id, name, showers }: HousePlan, plant: string): void {
  const bath = `${id}-bath`;
  const point = (suffix: string, zh: string, en: string, role: PointSpec['role']) =>
    points.push({ id: `${id}-${suffix}`, area: bath, name: { zh, en }, role });
  point('pool', '大池', 'Large pool', 'pool');
  for (let n = 1; n <= showers; n++) point(`shower-${n}`, `淋浴 ${n} 号`, `Shower ${n}`, 'shower_outlet');
  point('hall', '大厅', 'Hall', 'bath_hall');
  point('fan', '排风机', 'Exhaust fan', 'exhaust_fan');
  point('changing', '更衣室', 'Changing room', 'changing_room');
  points.push(
    {
      id: `${id}-header`,
      area: plant,
      name: { zh: `${name.zh}淋浴供水母管`, en: `${name.en}, shower header` },
      role: 'header',
    },
    { id: `${id}-tank`, area: plant, name: { zh: `${name.zh}热水箱`, en: `${name.en}, hot tank` }, role: 'tank' },
  );

  const device = (part: string, zh: string, en: string) =>
    devices.push({ id: `${id}-${part}`, name: { zh: `${name.zh}${zh}`, en: `${name.en}, ${en}` } });
  device('pool', '大池测点箱', 'pool sensors');
  device('showers', '淋浴测点箱', 'shower sensors');
  device('climate', '室内环境传感器', 'climate sensor');
  device('fan', '排风机控制箱', 'fan controller');
  device('plant', '热水机房测点箱', 'plant sensors');

  const bind = (part: string, metric: string, at: string, interval: number = INTERVALS.house) =>
    bindings.push({ device: `${id}-${part}`, metric, point: `${id}-${at}`, interval });
  bind('pool', 'water_temperature', 'pool');
  bind('pool', 'water_level', 'pool');
  bind('pool', 'turbidity', 'pool');
  for (let n = 1; n <= showers; n++) bind('showers', `water_temperature.outlet${n}`, `shower-${n}`, INTERVALS.showers);
  bind('climate', 'room_temperature.hall', 'hall');
  bind('climate', 'humidity.hall', 'hall');
  bind('climate', 'room_temperature.changing', 'changing');
  bind('climate', 'humidity.changing', 'changing');
  bind('climate', 'co2.changing', 'changing');
  bind('fan', 'fan_running', 'fan');
  bind('plant', 'water_temperature.header', 'header');
  bind('plant', 'water_temperature.tank', 'tank');
  bind('plant', 'water_level.tank', 'tank');
}

function addRoom({ points, devices, bindings }: Parts, { id, name }: NamedPlan, area: string): void {
  points.push({ id, area, name, role: 'dormitory_room' });
  devices.push({ id, name: { zh: `${name.zh}温湿度计`, en: `${name.en} sensor` }, sleeping: true });
  for (const metric of ['room_temperature', 'humidity', 'battery'])
    bindings.push({ device: id, metric, point: id, interval: INTERVALS.room });
}

function addTerminal({ points, devices, bindings }: Parts, { id, name }: NamedPlan, area: string): void {
  points.push({ id, area, name, role: 'attendance_terminal' });
  devices.push({ id, name });
  bindings.push({ device: id, metric: 'events', point: id, longestSilence: TERMINAL_SILENCE });
  for (const metric of ['verify_time', 'queue_wait'])
    bindings.push({ device: id, metric, point: id, interval: INTERVALS.terminal });
}

function addDoor({ points, devices, bindings }: Parts, { id, name }: NamedPlan, area: string): void {
  points.push({ id, area, name, role: 'door' });
  devices.push({ id, name: { zh: `${name.zh}控制器`, en: `${name.en} controller` } });
  bindings.push({ device: id, metric: 'events', point: id, longestSilence: DOOR_SILENCE });
}

function openingWindow({ from, to }: Window): OpeningWindow {
  return { from: timeOfDay(from), to: timeOfDay(to) };
}

function timeOfDay(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
