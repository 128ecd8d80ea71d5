import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../../dashboard/server/app.ts';
import { realBench, type RealBench } from './real-bench.ts';

let on: RealBench;
let app: Awaited<ReturnType<typeof buildApp>>;
let document: Record<string, unknown>;

beforeAll(async () => {
  on = await realBench();
  app = await buildApp(on.options);
  const headers = { host: 'localhost', cookie: await on.sessionOf('viewer') };
  document = (await app.inject({ url: '/api/openapi.json', headers })).json();
});
afterAll(async () => {
  await app.close();
  await on.remove();
});

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const child = (value: unknown, key: string): unknown => (isNode(value) ? value[key] : undefined);

function operations(): { path: string; method: string; operation: Node }[] {
  const paths = isNode(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(isNode(item) ? item : {}).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation: isNode(operation) ? operation : {},
    })),
  );
}

function everyNode(value: unknown, visit: (node: Node) => void): void {
  if (!isNode(value)) return;
  visit(value);
  for (const inner of Object.values(value)) everyNode(inner, visit);
}

test('it is an OpenAPI 3.1 document of this version', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Facility Watch', version: '0.0.0-test' } });
});

test('it lists every route of the API and both probes, and nothing else', () => {
  const routes = app.declaredRoutes
    .filter(({ method, url }) => method !== 'HEAD' && !url.includes('*') && !/docs|openapi/.test(url))
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect(
    operations()
      .map(({ path, method }) => `${method} ${path}`)
      .sort(),
  ).toEqual(routes.sort());
});

test('each operation has a name of its own, a summary, an answer and the form of its errors', () => {
  const names = operations().map(({ operation }) => operation['operationId']);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, operation } of operations()) {
    expect(operation['operationId'], path).toMatch(/^[a-z][A-Za-z]+$/);
    expect(operation['summary'], path).toMatch(/^[A-Z]/);
    const responses = child(operation, 'responses');
    expect(Object.keys(isNode(responses) ? responses : {}), path).toEqual([
      expect.stringMatching(/^20[014]$/),
      'default',
    ]);
    const problem = child(child(responses, 'default'), 'content');
    expect(problem, path).toHaveProperty(['application/problem+json', 'schema', 'properties', 'status']);
  }
});

test('each parameter in a path is described', () => {
  for (const { path, operation } of operations()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
    const described = parameters.filter((parameter) => child(parameter, 'in') === 'path');
    expect(described.map((parameter) => child(parameter, 'name')).sort(), path).toEqual(inPath.sort());
  }
});

test('public operations say that they take no session, the others take the cookie or a token', () => {
  expect(document).toMatchObject({
    security: [{ session: [] }, { token: [] }],
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'fw_session' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  });
  for (const { path, method, operation } of operations()) {
    const route = app.declaredRoutes.find((candidate) => {
      return candidate.method === method && candidate.url.replaceAll(/:(\w+)/g, '{$1}') === path;
    });
    const own = route?.peopleOnly === true ? [{ session: [] }] : undefined;
    expect(operation['security'], path).toEqual(route?.access === 'public' ? [] : own);
  }
});

test('its schemas are of JSON Schema 2020-12: no tuple in `items`, no reference left open', () => {
  everyNode(document, (node) => {
    expect(Array.isArray(node['items'])).toBe(false);
    expect(node).not.toHaveProperty('additionalItems');
    expect(node).not.toHaveProperty('$ref');
  });
});

test('the page to read it asks nothing of other hosts', async () => {
  const headers = { host: 'localhost', cookie: await on.sessionOf('viewer') };
  const page = await app.inject({ url: '/api/docs/', headers });
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page.body).not.toMatch(/<script>|<style>/);
});
