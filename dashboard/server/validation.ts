import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Problem } from '../../contract/api.ts';
import { fieldErrors } from './field-errors.ts';
import { ProblemError } from './problem.ts';

/**
 * Bodies are taken as they are. In addresses everything is text: there a plain decimal number becomes one where the
 * schema asks for a number, and `true` or `false` what they say; `""`, `0x10`, `1e3`, `1` for true and repeated
 * parameters do not.
 */
export const schemaCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const types = httpPart === 'body' ? new Map<string, unknown>() : propertyTypes(schema);
  return (value: unknown) => {
    const read = types.size === 0 ? value : readTexts(value, types);
    if (validator.Check(read)) return { value: read };
    return { error: invalid(fieldErrors(validator.Errors(read), httpPart ?? 'body')) };
  };
};

export function invalid(errors: NonNullable<Problem['errors']>): ProblemError {
  return new ProblemError('validation', { errors });
}

/** Of those that are no text. */
function propertyTypes(schema: TSchema): Map<string, unknown> {
  const properties = 'properties' in schema && isRecord(schema.properties) ? schema.properties : {};
  const types = Object.entries(properties).map(([name, property]) => [name, isRecord(property) && property['type']]);
  return new Map(types.filter((entry): entry is [string, unknown] => entry[1] !== 'string'));
}

const DECIMAL = /^-?[0-9]{1,17}(\.[0-9]{1,17})?$/;

function readTexts(value: unknown, types: ReadonlyMap<string, unknown>): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, readText(text, types.get(name))]));
}

function readText(text: unknown, type: unknown): unknown {
  if (typeof text !== 'string') return text;
  if ((type === 'number' || type === 'integer') && DECIMAL.test(text)) return Number(text);
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
