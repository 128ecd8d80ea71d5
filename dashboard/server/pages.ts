import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isApi } from './access.ts';

export interface ClientPages {
  /** The client's page, whatever the address: its router reads it. */
  send(reply: FastifyReply): void;
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<title>Facility Watch</title>
<p>The pages are not built yet. Run <code>npm run build</code>, then load this page again.</p>
</html>
`;

/** Serves the built client, compressed beforehand where the build left `.br` or `.gz` files. */
export async function servePages(app: FastifyInstance, clientDir: string): Promise<ClientPages> {
  const assets = join(clientDir, 'assets') + sep;
  await app.register(fastifyStatic, {
    root: clientDir,
    serve: false,
    suppressWarning: true,
    index: false,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      // The build names these by their content.
      const caching = path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.header('cache-control', caching);
    },
  });

  const pages: ClientPages = {
    send(reply) {
      if (existsSync(join(clientDir, 'index.html'))) reply.sendFile('index.html');
      else reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(NOT_BUILT);
    },
  };

  // Not async: a reply that is returned and awaited on several levels collects listeners on the response.
  app.get<{ Params: { '*': string } }>(
    '/*',
    { config: { access: 'public' }, schema: { hide: true } },
    (request, reply) => {
      const path = request.params['*'];
      if (path === '' || path === 'index.html') pages.send(reply);
      else if (isApi(request.url)) reply.callNotFound();
      else reply.sendFile(path);
    },
  );
  return pages;
}
