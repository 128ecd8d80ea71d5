import type { TProperties } from 'typebox';
import { Check } from 'typebox/value';
import type { Failure } from '../call.ts';

/** What is wrong with a field: our words for it and, where the server refused it, the server's own. */
export interface FieldError {
  readonly text: string;
  readonly said: string | null;
}

/** The properties of a body that the contract would not take. Those left out are not looked at. */
export function wrongFields(schema: { readonly properties: TProperties }, body: object): readonly string[] {
  return Object.entries(body)
    .filter(([field, value]) => {
      const property = schema.properties[field];
      return property === undefined || !Check(property, value);
    })
    .map(([field]) => field);
}

/** By the first part of each field's name (`areas.3` is said at `areas`): what the server says about it. */
export function refusedFields(failure: Failure): ReadonlyMap<string, string> {
  const errors = failure.kind === 'problem' ? (failure.problem.errors ?? []) : [];
  const found = new Map<string, string>();
  for (const { field, message } of errors) {
    const [name = field] = field.split('.');
    if (!found.has(name)) found.set(name, message);
  }
  return found;
}
