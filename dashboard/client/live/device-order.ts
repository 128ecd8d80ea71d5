import type { DeviceView } from '../../../contract/live.ts';

/** Somebody should look at it: silent, a wrong clock, an alarm, or measuring what nothing is bound to. */
export function isAbnormal(device: DeviceView): boolean {
  return device.presence === 'offline' || device.clockWrong || device.alarm !== null || device.unbound.length > 0;
}

function rank(device: DeviceView): number {
  if (device.alarm !== null) return device.alarm;
  if (isAbnormal(device)) return 5;
  return device.presence === 'awaited' ? 6 : 7;
}

/** Abnormal ones first, then in the order of the registry. */
export function sortDevices(devices: Iterable<DeviceView>): DeviceView[] {
  return [...devices].sort((a, b) => rank(a) - rank(b));
}
