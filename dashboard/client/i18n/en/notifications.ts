import type { Catalogue } from '../zh.ts';

export const notifications: Catalogue['notificationsPage'] = { title: 'Notifications' };
