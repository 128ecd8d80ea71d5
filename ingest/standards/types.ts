import type { AlarmResponse, Priority, Side } from '../../contract/alarm.ts';
import type { LocalText } from '../../contract/ids.ts';
import type { MetricName } from '../../contract/metrics.ts';
import type { AreaMode, Role } from '../../contract/registry.ts';
import type { AlarmTiming } from '../alarms/types.ts';
import type { Span } from './timeline.ts';

/** When a standard applies: the area's opening hours, the site's heating season, both, or always. */
export type Applies = 'always' | 'open' | 'heating' | 'heating_open';

/** What decides on when a standard is in force; critical ones are covered by no mode. */
export interface InForceRule {
  readonly applies: Applies;
  readonly critical: boolean;
}

/** Where a figure comes from; H official text seen, M secondary source, L own judgement. */
export interface Source {
  readonly title: string;
  readonly clause: string;
  readonly edition: string;
  readonly confidence: 'H' | 'M' | 'L';
  /** The company's own rule, as against a public standard. */
  readonly own: boolean;
}

/** One side of a standard as the catalogue (YAML) holds it. */
export interface CatalogueSide {
  /** Inclusive: a value equal to it complies. In the metric's unit. */
  readonly limit: number;
  /** "From" instead of "beyond": a value equal to the limit is a breach already (scald from 50 °C). */
  readonly reached?: boolean;
  readonly title: LocalText;
  readonly response: AlarmResponse;
}

export interface Standard {
  /** Such as `base.water`; alarms, overrides and compliance refer to it. */
  readonly id: string;
  /** `base` is always on; others are switched on by a site. */
  readonly pack: string;
  readonly title: LocalText;
  readonly source: Source;
  readonly roles: readonly Role[];
  readonly metric: MetricName;
  readonly applies: Applies;
  readonly low: CatalogueSide | null;
  readonly high: CatalogueSide | null;
  /** In the metric's unit. */
  readonly deadband: number;
  /** ms */
  readonly onDelay: number;
  readonly offDelay: number;
  readonly priority: Priority;
  /** Judges suspect samples too, and is never suppressed (scald). */
  readonly critical: boolean;
  /** Counts towards compliance. */
  readonly compliance: boolean;
}

/** Alarms that come from no limit: silence, sensors, devices, doors, terminals, the system itself. */
export type BuiltInRuleId =
  | 'point.no_data'
  | 'point.sensor_fault'
  | 'point.flatline'
  | 'device.offline'
  | 'device.clock'
  | 'device.tamper'
  | 'device.identity_conflict'
  | 'door.forced'
  | 'door.held_open'
  | 'door.jam'
  | 'terminal.frozen'
  | 'system.not_stored'
  | 'system.log_filling'
  | 'system.disk_low'
  | 'system.store_refused'
  | 'system.store_unreachable'
  | 'system.readings_rejected'
  | 'system.records_rejected'
  | 'system.certificate_expiring'
  | 'system.clock'
  | 'channel.failing';

export interface BuiltInRule {
  readonly id: BuiltInRuleId;
  readonly title: LocalText;
  readonly priority: Priority;
  /** ms */
  readonly onDelay: number;
  readonly offDelay: number;
  readonly response: AlarmResponse;
  readonly source: Source;
}

export interface Catalogue {
  readonly standards: readonly Standard[];
  readonly rules: ReadonlyMap<BuiltInRuleId, BuiltInRule>;
}

/** One side of a standard as it applies to one point, the site's overrides taken in. */
export interface PointLimit {
  readonly standard: string;
  readonly side: Side;
  readonly metric: MetricName;
  readonly limit: number;
  /** A value equal to the limit is a breach already. */
  readonly reached?: boolean;
  readonly deadband: number;
  readonly timing: AlarmTiming;
  readonly applies: Applies;
  readonly priority: Priority;
  readonly compliance: boolean;
  readonly title: LocalText;
  readonly response: AlarmResponse;
}

/** A mode that somebody set for an area, with the time for which it holds (ms epoch). */
export interface ModeSpan extends Span {
  readonly area: string;
  readonly mode: AreaMode;
  /** As people typed it. */
  readonly reason: string;
  /** Duty post that set it. */
  readonly post: string;
}

/** Opening hours, modes by hand and heating season of one site, compiled to instants (ms epoch) for a span of time. */
export interface SiteSchedule {
  readonly from: number;
  /** Compile anew before this. */
  readonly until: number;
  heating(at: number): boolean;
  mode(area: string, at: number): AreaMode;
  /** The mode that somebody set; null: the opening hours decide. */
  byHand(area: string, at: number): ModeSpan | null;
  /** By the opening hours, or opened by hand, whatever covers it otherwise. */
  isOpen(area: string, at: number): boolean;
  applies(rule: InForceRule, area: string, at: number): boolean;
  /** The first instant after `at` at which anything of the above changes; Infinity when nothing does before `until`. */
  nextChange(at: number): number;
  /** The window now in force or, when closed, the next one, as local `14:00–19:00`; empty when always open. */
  hours(area: string, at: number): string;
  /** Start of the local day that holds `at`. */
  startOfDay(at: number): number;
}
