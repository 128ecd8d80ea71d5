import type { Catalogue } from '../zh.ts';

export const accounts: Catalogue['accountsPage'] = { title: 'Accounts and tokens' };
