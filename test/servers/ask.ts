import { Type } from 'typebox';
import { Check } from 'typebox/value';

const Failed = Type.Union([
  Type.Object({ error: Type.String() }),
  Type.Object({ results: Type.Array(Type.Object({ error: Type.String() }), { minItems: 1 }) }),
]);

/**
 * Asks a server as a test does, by none of our own code.
 * @throws Error with the server's words, also for an error inside a 200.
 */
export async function ask(url: string, request: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, request);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const answer: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  if (!response.ok || Check(Failed, answer)) throw new Error(`${response.status} ${text.trim()}`);
  return answer;
}
