import type { UserRole } from '../../../contract/account.ts';

/** Pages that set something up: their route, the name of their title in the catalogue, and who may see them. */
export const SETTINGS: readonly { readonly name: string; readonly title: string; readonly from: UserRole }[] = [
  { name: 'quarantine', title: 'quarantinePage.title', from: 'operator' },
  { name: 'notifications', title: 'notificationsPage.title', from: 'administrator' },
  { name: 'accounts', title: 'accountsPage.title', from: 'administrator' },
  { name: 'system', title: 'storagePage.title', from: 'operator' },
  { name: 'audit', title: 'auditPage.title', from: 'administrator' },
];
