import type { GapReason } from '../../../contract/sheet.ts';
import type { ShiftItem } from '../../../contract/record.ts';

/** What the files of the register say; the page's own words stand in the client's catalogues. */
export interface SheetWords {
  readonly title: string;
  readonly running: string;
  readonly checksum: string;
  readonly measured: string;
  readonly alarms: string;
  readonly gaps: string;
  readonly checks: string;
  readonly columns: readonly string[];
  readonly alarmColumns: readonly string[];
  readonly gapColumns: readonly string[];
  readonly checkColumns: readonly string[];
  readonly what: { readonly water: string; readonly room: string };
  readonly total: string;
  readonly insufficient: string;
  readonly shift: { readonly early: string; readonly late: string; readonly night: string; readonly day: string };
  readonly between: string;
  readonly standing: string;
  readonly reason: Readonly<Record<GapReason, string>>;
  readonly item: Readonly<Record<ShiftItem, string>>;
  readonly choice: Readonly<Record<ShiftItem, Readonly<Record<string, string>>>>;
  readonly notChecked: string;
  readonly corrected: string;
}

const zh: SheetWords = {
  title: '水温记录表',
  running: '本月未完，不作记录',
  checksum: '校验',
  measured: '实测',
  alarms: '报警与处置',
  gaps: '缺测与原因',
  checks: '人工检查',
  columns: ['日期', '班', '时段', '项', '低 ℃', '均 ℃', '高 ℃', '达标 %', '覆盖 %', '越限 分', '缺测 分', '烫伤 分'],
  alarmColumns: ['号', '日期', '班', '级', '地点', '报警', '最远值', '历时 分', '确认', '确认用时 分', '处置'],
  gapColumns: ['号', '日期', '班', '项', '起', '止', '分', '原因'],
  checkColumns: ['日期', '班', '气味', '水清澈', '先淋后浴', '换水', '消毒', '备注', '记录', '时间', '复核', '更正'],
  what: { water: '水', room: '室' },
  total: '全月',
  insufficient: '不足',
  shift: { early: '早班', late: '中班', night: '夜班', day: '全天' },
  between: '班外',
  standing: '未恢复',
  reason: {
    system: '本系统未运行',
    device_offline: '设备失联',
    no_data: '无数据',
    sensor: '传感器不可信',
    unknown: '原因不明',
  },
  item: { odour: '气味', clarity: '水清澈', showerFirst: '先淋后浴', waterChange: '换水', disinfection: '消毒' },
  choice: {
    odour: { none: '无', present: '有' },
    clarity: { clear: '清', cloudy: '浑' },
    showerFirst: { kept: '做到', not_kept: '没做到' },
    waterChange: { none: '未换', top_up: '补水', full: '全换' },
    disinfection: { done: '已做', not_done: '未做' },
  },
  notChecked: '未检',
  corrected: '已更正',
};

const en: SheetWords = {
  title: 'Water temperature register',
  running: 'The month runs: no record yet',
  checksum: 'Checksum',
  measured: 'Measured',
  alarms: 'Alarms and what was done',
  gaps: 'Gaps and reasons',
  checks: 'Checks by people',
  columns: [
    'Date',
    'Shift',
    'Hours',
    'What',
    'Low °C',
    'Mean °C',
    'High °C',
    'In band %',
    'Coverage %',
    'Out min',
    'Missing min',
    'Scald min',
  ],
  alarmColumns: [
    'No.',
    'Date',
    'Shift',
    'Priority',
    'Place',
    'Alarm',
    'Farthest',
    'Stood min',
    'Acknowledged by',
    'After min',
    'Action',
  ],
  gapColumns: ['No.', 'Date', 'Shift', 'What', 'From', 'To', 'Minutes', 'Reason'],
  checkColumns: [
    'Date',
    'Shift',
    'Odour',
    'Clarity',
    'Shower first',
    'Water change',
    'Disinfection',
    'Note',
    'Recorded by',
    'At',
    'Reviewed by',
    'Correction',
  ],
  what: { water: 'Water', room: 'Room' },
  total: 'Month',
  insufficient: 'insufficient',
  shift: { early: 'Early', late: 'Late', night: 'Night', day: 'All day' },
  between: 'between shifts',
  standing: 'still standing',
  reason: {
    system: 'This system was not running',
    device_offline: 'Device offline',
    no_data: 'No data',
    sensor: 'Sensor not to be believed',
    unknown: 'Not known',
  },
  item: {
    odour: 'Odour',
    clarity: 'Clarity',
    showerFirst: 'Shower first',
    waterChange: 'Water change',
    disinfection: 'Disinfection',
  },
  choice: {
    odour: { none: 'None', present: 'Present' },
    clarity: { clear: 'Clear', cloudy: 'Cloudy' },
    showerFirst: { kept: 'Kept', not_kept: 'Not kept' },
    waterChange: { none: 'None', top_up: 'Topped up', full: 'Full' },
    disinfection: { done: 'Done', not_done: 'Not done' },
  },
  notChecked: 'Not checked',
  corrected: 'Corrected',
};

export const SHEET_WORDS = { zh, en } as const;
export type SheetLanguage = keyof typeof SHEET_WORDS;
