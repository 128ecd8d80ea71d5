import type { Catalogue } from '../zh.ts';

export const quarantine: Catalogue['quarantinePage'] = { title: 'Quarantine' };
