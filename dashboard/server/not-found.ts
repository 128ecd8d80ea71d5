import type { FastifyInstance } from 'fastify';
import { isApi } from './access.ts';
import { plainProblem, ProblemError, sendProblem } from './problem.ts';
import type { ClientPages } from './pages.ts';

/** 405 where the address exists with other methods; the client's page for its own addresses; 404 for the rest. */
export function answerUnmatched(app: FastifyInstance, pages: ClientPages): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const methods = methodsAt(app, path);
    if (methods.length > 0 && !methods.includes(request.method)) {
      sendProblem(reply.header('allow', methods.join(', ')), new ProblemError('wrong-method').problem);
      return;
    }
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    if (reads && wantsPage && !isApi(path) && !/\.[a-z0-9]+$/i.test(path)) pages.send(reply);
    else sendProblem(reply, plainProblem(404));
  });
}

function methodsAt(app: FastifyInstance, path: string): string[] {
  const matching = app.declaredRoutes.filter(({ url }) => !url.includes('*') && matches(url, path));
  return [...new Set(matching.map(({ method }) => method))];
}

function matches(pattern: string, path: string): boolean {
  const expected = pattern.split('/');
  const given = path.split('/');
  return (
    expected.length === given.length &&
    expected.every((part, index) => (part.startsWith(':') ? given[index] !== '' : part === given[index]))
  );
}
