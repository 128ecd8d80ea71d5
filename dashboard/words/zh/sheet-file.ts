/** Titles and columns of the register's tables in files. */
export const sheetFile = {
  measured: '实测',
  alarms: '报警与处置',
  gaps: '缺测与原因',
  checks: '人工检查',
  versions: '版本',
  changes: '修改',
  columns: [
    ...['日期', '班', '时段', '项', '低 ℃', '均 ℃', '高 ℃', '达标 %', '覆盖 %', '越限 分', '缺测 分', '烫伤 分'],
    '修改',
  ],
  alarmColumns: ['号', '日期', '班', '级', '地点', '报警', '最远值', '历时 分', '确认', '确认用时 分', '处置'],
  gapColumns: ['号', '日期', '班', '项', '起', '止', '分', '原因'],
  checkColumns: [
    ...['日期', '班', '气味', '水清澈', '先淋后浴', '换水', '消毒', '备注', '记录', '时间', '复核', '更正原因'],
    '更正内容',
  ],
  versionColumns: ['版', '校验', '留存', '给出', '岗位', '方式'],
  changeColumns: ['版', '日期', '班', '项', '原', '现'],
};
