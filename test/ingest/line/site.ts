import type { SiteRegistry } from '../../../contract/registry.ts';

const name = (text: string) => ({ zh: text, en: text });

/** A small site: a bath with a pool and a shower, a changing room, a dormitory room, a terminal and a door. */
export const SITE: SiteRegistry = {
  site: 'mine',
  name: name('Mine'),
  timezone: 'Asia/Shanghai',
  heatingSeason: { from: '11-15', to: '03-15' },
  overrides: [{ standard: 'base.dormitory', low: 25 }],
  areas: [
    { id: 'bath', name: name('Bath') },
    { id: 'dorm', name: name('Dormitory') },
    { id: 'gate', name: name('Gate') },
  ],
  points: [
    { id: 'pool', area: 'bath', name: name('Pool'), role: 'pool' },
    { id: 'shower', area: 'bath', name: name('Shower'), role: 'shower_outlet' },
    { id: 'changing', area: 'bath', name: name('Changing room'), role: 'changing_room' },
    { id: 'fan', area: 'bath', name: name('Fan'), role: 'exhaust_fan' },
    { id: 'room', area: 'dorm', name: name('Room'), role: 'dormitory_room' },
    { id: 'terminal', area: 'gate', name: name('Terminal'), role: 'attendance_terminal' },
    { id: 'door', area: 'gate', name: name('Door'), role: 'door' },
  ],
  devices: [
    { id: 'gateway', name: name('Gateway') },
    { id: 'probe', name: name('Probe') },
    { id: 'clock', name: name('Terminal') },
    { id: 'lock', name: name('Lock') },
  ],
  bindings: [
    { device: 'gateway', metric: 'water_temperature.pool', point: 'pool', interval: 10 },
    { device: 'gateway', metric: 'water_temperature.outlet', point: 'shower', interval: 10 },
    { device: 'gateway', metric: 'room_temperature', point: 'changing', interval: 10 },
    { device: 'gateway', metric: 'fan_running', point: 'fan', interval: 10 },
    { device: 'probe', metric: 'room_temperature', point: 'room', interval: 60 },
    { device: 'clock', metric: 'events', point: 'terminal' },
    { device: 'clock', metric: 'queue_wait', point: 'terminal', interval: 30 },
    { device: 'lock', metric: 'events', point: 'door' },
  ],
};

/** What the gateway reports when all is well. */
export const WELL = {
  'water_temperature.pool': 43,
  'water_temperature.outlet': 41.5,
  room_temperature: 26,
  fan_running: 1,
};
