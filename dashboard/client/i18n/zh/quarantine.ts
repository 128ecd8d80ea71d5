export const quarantine = { title: '隔离区' };
