export const audit = { title: '日志' };
