/** Titles and columns of the register's tables in files. */
export const sheetFile = {
  measured: 'Measured',
  alarms: 'Alarms and what was done',
  gaps: 'Gaps and reasons',
  checks: 'Checks by people',
  versions: 'Versions',
  changes: 'Changes',
  columns: [
    ...['Date', 'Shift', 'Hours', 'What', 'Low °C', 'Mean °C', 'High °C', 'In band %', 'Coverage %', 'Out min'],
    ...['Excursions', 'Missing min', 'Scald min', 'Fan stood min', 'Changes'],
  ],
  alarmColumns: [
    ...['No.', 'Date', 'Shift', 'Raised', 'Priority', 'Place', 'Alarm', 'Farthest', 'Unit', 'Stood min'],
    ...['Acknowledged by', 'Acknowledged at', 'After min', 'Action'],
  ],
  modes: 'Modes set by hand',
  modeColumns: ['Mode', 'From', 'To', 'Reason', 'Set by'],
  moreGaps: '{reason}: {count} gaps not listed one by one',
  shortGaps: 'Gaps of less than 5 min, not listed one by one',
  gapColumns: ['No.', 'Date', 'Shift', 'What', 'From', 'To', 'Minutes', 'Reason'],
  checkColumns: [
    ...['Date', 'Shift', 'Odour', 'Clarity', 'Shower first', 'Water change', 'Disinfection', 'Note', 'Recorded by'],
    ...['At', 'Reviewed by', 'Reason for correction', 'What was corrected'],
  ],
  versionColumns: ['Version', 'Checksum', 'Kept', 'Given out', 'Post', 'As'],
  changeColumns: ['Version', 'Date', 'Shift', 'What', 'Was', 'Now'],
};
