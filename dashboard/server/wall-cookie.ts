import type { FastifyReply } from 'fastify';

/** Browsers keep no cookie for longer (RFC 6265bis, 5.5), s. */
const LONGEST = 400 * 86_400;

export interface WallCookie {
  read(cookies: Readonly<Record<string, string | undefined>>): string | null;
  /** `lifetime` in ms; null: as long as browsers keep one. */
  set(reply: FastifyReply, token: string, lifetime: number | null): void;
  clear(reply: FastifyReply): void;
}

/** A wall's token, beside the session of a person who uses the same browser. Named and bound like a session's cookie. */
export function wallCookie({ secure }: { secure: boolean }): WallCookie {
  const name = secure ? '__Host-fw_wall' : 'fw_wall';
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
  return {
    read(cookies) {
      const token = cookies[name];
      return token === undefined || token === '' || token.length > 200 ? null : token;
    },
    set(reply, token, lifetime) {
      const maxAge = lifetime === null ? LONGEST : Math.min(LONGEST, Math.max(0, Math.floor(lifetime / 1000)));
      reply.setCookie(name, token, { ...attributes, maxAge });
    },
    clear(reply) {
      reply.clearCookie(name, attributes);
    },
  };
}
