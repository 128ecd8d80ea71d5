import type { Catalogue } from '../zh.ts';

export const forms: Catalogue['forms'] = {
  save: 'Save',
  saving: 'Saving',
  cancel: 'Cancel',
  close: 'Close',
  optional: 'optional',
  copy: 'Copy',
  copied: 'Copied',
  copyByHand: 'Selected: copy it with the keyboard',
  choose: 'Choose one',
  check: 'Not saved: correct what is marked',
  said: 'Server: {message}',
  failed: 'Not done: {why}',
  again: 'Try again',
  loadFailed: 'Cannot be read: {why}',
  loadedAt: 'Below is what was read at {moment}',
  onlyAdministrators: 'This page is for administrators',
  onlyAdministratorsHint:
    'This account is: {role}. It neither sees nor changes what stands here. An administrator can give it another role.',
  why: {
    signedOut: 'the session is over, sign in again',
    gone: 'it is gone, perhaps somebody has just removed it',
    conflict: 'it does not fit what stands there now, reload and try again',
    tooMany: 'too many attempts, try again later',
    notStoring: 'the database takes no writes, nothing was saved, try again later',
    checked: 'the server does not accept a part of it',
  },
};
