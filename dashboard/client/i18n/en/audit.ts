import type { Catalogue } from '../zh.ts';

export const audit: Catalogue['auditPage'] = { title: 'Journal' };
