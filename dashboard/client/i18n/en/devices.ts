import type { Catalogue } from '../zh.ts';

export const devices: Catalogue['devicesPage'] = { title: 'Devices' };
