export const accounts = { title: '账号与令牌' };
