/** The dashboard could not open its port; the message names it and what to do. */
export class DashboardListenError extends Error {
  override readonly name = 'DashboardListenError';
  readonly host: string;
  readonly port: number;
  /** Such as EADDRINUSE. */
  readonly code: string;

  constructor({ host, port, code, cause }: { host: string; port: number; code: string; cause: unknown }) {
    super(sentence(`${host.includes(':') ? `[${host}]` : host}:${port}`, code), { cause });
    this.host = host;
    this.port = port;
    this.code = code;
  }
}

function sentence(where: string, code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `The dashboard cannot listen on ${where}: another program uses that port. Stop it, or set HTTP_PORT to another one (0 takes a free one).`;
    case 'EACCES':
      return `The dashboard may not listen on ${where}: set HTTP_PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `The dashboard cannot listen on ${where}: this machine has no such address. Set HTTP_HOST to one of its own, or to 0.0.0.0 for all.`;
    default:
      return `The dashboard cannot listen on ${where} (${code}): check HTTP_HOST and HTTP_PORT.`;
  }
}
