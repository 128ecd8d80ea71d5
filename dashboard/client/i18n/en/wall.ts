import type { Catalogue } from '../zh.ts';

export const wall: Catalogue['wallPage'] = { title: 'Wall screens' };
