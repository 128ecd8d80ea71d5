import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../contract/api.ts';

const SESSION = 'session';
const TOKEN = 'token';

/** The API's document, made from the routes' schemas, and a page to read it. Both take a session. */
export async function describeApi(app: FastifyInstance, options: { version: string; cookie: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Facility Watch',
        version: options.version,
        description:
          'Times are milliseconds since 1970-01-01T00:00Z. Errors are problem documents (RFC 9457). ' +
          'Live values come over socket.io: `watch` a site for its snapshot, then apply the deltas in order.',
      },
      components: {
        securitySchemes: {
          [SESSION]: { type: 'apiKey', in: 'cookie', name: options.cookie },
          [TOKEN]: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ [SESSION]: [] }, { [TOKEN]: [] }],
    },
    transform: ({ schema, url, route }) => {
      const { access = 'viewer', peopleOnly = false } = route.config ?? {};
      const described = {
        ...record(draft2020(schema)),
        ...(access === 'public' ? { security: [] } : {}),
        ...(peopleOnly ? { security: [{ [SESSION]: [] }] } : {}),
        description: [schema.description, access === 'public' ? 'Public.' : `Takes at least the role ${access}.`]
          .filter((part) => part !== undefined)
          .join(' '),
        response: { ...record(record(draft2020(schema))['response']), default: PROBLEM_RESPONSE },
      };
      return { schema: described, url };
    },
  });

  await app.register(swaggerUi, { routePrefix: '/api/docs', uiConfig: { validatorUrl: null, tryItOutEnabled: false } });
}

export function openApiRoute(app: FastifyInstance): void {
  app.get('/openapi.json', { config: { access: 'viewer' }, schema: { hide: true } }, (_request, reply) =>
    reply.send(app.swagger()),
  );
}

const PROBLEM_RESPONSE = {
  description: 'What went wrong.',
  content: { 'application/problem+json': { schema: Problem } },
};

/** TypeBox writes tuples as draft 7 has them; OpenAPI 3.1 is JSON Schema 2020-12. */
function draft2020(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(draft2020);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) copy[key] = draft2020(value);
  if (copy['type'] === 'array' && Array.isArray(copy['items'])) {
    copy['prefixItems'] = copy['items'];
    copy['items'] = copy['additionalItems'] ?? true;
    delete copy['additionalItems'];
  }
  return copy;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
