import type { Catalogue } from '../zh.ts';

export const areaMode: Catalogue['areaMode'] = {
  set: 'Mode…',
  setFor: '{area}: mode…',
  title: '{area}: set the mode',
  until: '{mode} until {moment}',
  said: '{post}: {reason}',
  paused: 'Mode set by hand',
  end: 'End now',
  endFor: '{area}: end now ({mode})',
  ending: 'Ending',
  endFailed: 'Not ended: {why}',
  submit: 'Set: {mode}',
  now: 'Now: {what}',
  field: { mode: 'Mode', reason: 'Reason', until: 'Until', own: 'Date and time' },
  reasonHint: 'Stands in the register and in the journal: what is done, nobody’s name',
  untilHint: 'Ends by itself at {moment}, then opening hours decide',
  untilNone: 'In the site’s time ({zone}), at most 92 days',
  choice: { hours: '2 h', window: 'To {time}', morning: '06:00 tomorrow', own: 'Other' },
  covers: {
    open: 'Judged as open, whatever the opening hours say',
    closed:
      'Standards that apply while open are not judged. Scalding, forced doors, tampering, faults of sensors and devices still alarm',
    filling:
      'Standards that apply while open are not judged, and fast changes of the water are believed. Scalding, forced doors, tampering, faults of sensors and devices still alarm',
    cleaning:
      'Standards that apply while open are not judged. Scalding, forced doors, tampering, faults of sensors and devices still alarm',
    drained:
      'Standards that apply while open are not judged. Scalding, forced doors, tampering, faults of sensors and devices still alarm',
    out_of_service:
      'No standard is judged but scalding. Forced doors, tampering, faults of sensors and devices still alarm',
  },
  wrong: {
    mode: 'Choose a mode',
    reason: 'Say why, in one line of 1 to 200 characters',
    until: 'After now, and at most 92 days away',
  },
};
