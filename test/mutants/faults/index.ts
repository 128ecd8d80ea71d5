import type { Mutant } from '../mutant.ts';
import { ACCESS_FAULTS } from './access.ts';
import { ALARM_FAULTS } from './alarms.ts';
import { BROKER_FAULTS } from './broker.ts';
import { CLOCK_FAULTS } from './clock.ts';
import { DASHBOARD_FAULTS } from './dashboard.ts';
import { DEPLOY_FAULTS } from './deploy.ts';
import { DEVICE_FAULTS } from './devices.ts';
import { FORWARD_FAULTS } from './forward.ts';
import { INFLUX_FAULTS } from './influx.ts';
import { HISTORY_FAULTS } from './history.ts';
import { INPUT_FAULTS } from './input.ts';
import { LINE_FAULTS } from './line.ts';
import { MODE_FAULTS } from './modes.ts';
import { NOTIFY_FAULTS } from './notify.ts';
import { RECORD_FAULTS } from './records.ts';
import { SIMULATOR_FAULTS } from './simulators.ts';
import { STORE_FAULTS } from './stores.ts';
import { TROUBLE_FAULTS } from './trouble.ts';
import { USUAL_FAULTS } from './usual.ts';

/** Every fault that is built in, room by room along the way of a message. */
export const MUTANTS: readonly Mutant[] = [
  ...BROKER_FAULTS,
  ...INPUT_FAULTS,
  ...LINE_FAULTS,
  ...USUAL_FAULTS,
  ...MODE_FAULTS,
  ...CLOCK_FAULTS,
  ...ALARM_FAULTS,
  ...STORE_FAULTS,
  ...FORWARD_FAULTS,
  ...INFLUX_FAULTS,
  ...HISTORY_FAULTS,
  ...RECORD_FAULTS,
  ...DEVICE_FAULTS,
  ...TROUBLE_FAULTS,
  ...NOTIFY_FAULTS,
  ...DASHBOARD_FAULTS,
  ...ACCESS_FAULTS,
  ...SIMULATOR_FAULTS,
  ...DEPLOY_FAULTS,
];
