export const devices = { title: '设备' };
