import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Problem } from '../../contract/api.ts';
import { fieldErrors } from './field-errors.ts';
import { ProblemError } from './problem.ts';

/**
 * Bodies are taken as they are. In addresses everything is text: there a plain decimal number becomes one where the
 * schema asks for a number; `""`, `0x10`, `1e3`, `true` and repeated parameters do not.
 */
export const schemaCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  const numeric = httpPart === 'body' ? new Set<string>() : numericProperties(schema);
  return (value: unknown) => {
    const read = numeric.size === 0 ? value : readNumbers(value, numeric);
    if (validator.Check(read)) return { value: read };
    return { error: invalid(fieldErrors(validator.Errors(read), httpPart ?? 'body')) };
  };
};

export function invalid(errors: NonNullable<Problem['errors']>): ProblemError {
  return new ProblemError('validation', { errors });
}

function numericProperties(schema: TSchema): Set<string> {
  const properties = 'properties' in schema && isRecord(schema.properties) ? schema.properties : {};
  const numeric = Object.entries(properties).filter(
    ([, property]) => isRecord(property) && (property['type'] === 'number' || property['type'] === 'integer'),
  );
  return new Set(numeric.map(([name]) => name));
}

const DECIMAL = /^-?[0-9]{1,17}(\.[0-9]{1,17})?$/;

function readNumbers(value: unknown, numeric: ReadonlySet<string>): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [
      name,
      numeric.has(name) && typeof text === 'string' && DECIMAL.test(text) ? Number(text) : text,
    ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
