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
    ...['Missing min', 'Scald min', 'Changes'],
  ],
  alarmColumns: [
    ...['No.', 'Date', 'Shift', 'Priority', 'Place', 'Alarm', 'Farthest', 'Stood min', 'Acknowledged by', 'After min'],
    'Action',
  ],
  gapColumns: ['No.', 'Date', 'Shift', 'What', 'From', 'To', 'Minutes', 'Reason'],
  checkColumns: [
    ...['Date', 'Shift', 'Odour', 'Clarity', 'Shower first', 'Water change', 'Disinfection', 'Note', 'Recorded by'],
    ...['At', 'Reviewed by', 'Reason for correction', 'What was corrected'],
  ],
  versionColumns: ['Version', 'Checksum', 'Kept', 'Given out', 'Post', 'As'],
  changeColumns: ['Version', 'Date', 'Shift', 'What', 'Was', 'Now'],
};
