import { StorageView } from '../../../contract/storage.ts';
import { call } from '../call.ts';

export const readStorage = () => call('/api/storage', { answer: StorageView });
